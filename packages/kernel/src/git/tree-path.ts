// Git takes no path with such a part into a tree, for a checkout would plant a repository of somebody's making. Ours are
// files of the home like any other, so each such part is kept with a "%" in front, and one that has that already gets
// another.
const REFUSED = /^%*\.git(?:modules)?$/i;
const KEPT = /^%+\.git(?:modules)?$/i;

/** `projects/p/.git/HEAD` → `projects/p/%.git/HEAD`: how a path of the home is called in the history. */
export const toTreePath = (path: string): string =>
  mapParts(path, (part) => (REFUSED.test(part) ? `%${part}` : part));

/** The way back. */
export const fromTreePath = (path: string): string =>
  mapParts(path, (part) => (KEPT.test(part) ? part.slice(1) : part));

/** Whether a file belongs to the inner workings of a repository within the home. */
export const isInNestedGit = (path: string): boolean => nestedGitOf(path) !== undefined;

/** `projects/p/.git` for what lies in it. */
export const nestedGitOf = (path: string): string | undefined => /^(?:.*\/)?\.git(?=\/)/i.exec(path)?.[0];

/** Git writes its index anew whenever somebody only looks, and can make it from the rest. */
export const isNestedIndex = (path: string): boolean =>
  isInNestedGit(path) && path.endsWith('/index') && !/\/(?:refs|logs)\//.test(path);

/** What the owner is shown: a repository's inner files as that one folder. */
export const shownPaths = (paths: readonly string[]): string[] => [
  ...new Set(paths.map((path) => nestedGitOf(path) ?? path)),
];

const mapParts = (path: string, change: (part: string) => string): string =>
  // Most paths have none, and there are many.
  path.includes('.git') || path.toLowerCase().includes('.git') ? path.split('/').map(change).join('/') : path;
