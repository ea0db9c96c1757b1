export const FilesWindow = () => null;
