// What only the OS itself writes: the file that leads to its history, where its bin used to be, and its record of what the
// template brought. A process in the home can write them all the same, so that the OS puts no trust in them.
const PROTECTED = ['.git', '.trash', 'system/.template.json'];

// Characters that some file systems ignore in names, so that ".g\u200cit" is ".git" there.
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;

/** Folds every spelling that some file system takes for the same name: case, width, accents' order, trailing dots. */
const fold = (path: string): string =>
  path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .map((segment) =>
      segment
        .normalize('NFKC')
        .replaceAll(IGNORABLE, '')
        .toLowerCase()
        .normalize('NFKC')
        // Windows drops these; a stream of ".git" is written ".git:name".
        .replace(/:[\s\S]*$/, '')
        .replace(/(?<![. ])[. ]+$/, '')
        .replace(/^git~\d+$/, '.git'),
    )
    .join('/');

/** Whether a path (relative to the home, slash-separated) is the OS's own: no tool and no stranger may write there. */
export const isProtected = (relativePath: string): boolean => {
  const path = fold(relativePath);
  return PROTECTED.some((one) => path === one || path.startsWith(`${one}/`));
};

/** Whether a path is not the owner's at all, so that no snapshot holds it and no undo writes it. */
export const isOwnPlace = (relativePath: string): boolean =>
  isProtected(relativePath) && !relativePath.startsWith('system/');

/** Whether moving or deleting this folder would take something protected along. */
export const holdsProtected = (relativePath: string): boolean => {
  const path = fold(relativePath);
  return path === '' || PROTECTED.some((one) => one.startsWith(`${path}/`));
};
