export const SettingsWindow = () => null;
