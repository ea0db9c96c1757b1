import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { sourcesOf } from './layers.ts';

/**
 * Whatever runs in the home may put a link, a pipe or a gigabyte in the place of any file there, so the kernel and the
 * gateway read and write it through `packages/kernel/src/home/home-file.ts` and `hold-folder.ts` only. Any other file that
 * reads or writes contents by path is named here, with what it touches instead.
 */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'packages/kernel/src/home/hold-folder.ts': 'the helper itself',
  'packages/kernel/src/home/home-file.ts': 'the helper itself',
  'packages/kernel/src/home/template.ts': 'the release',
  'packages/kernel/src/home/tree-files.ts': 'what goes to the bin and comes back, in folders that are held',
  'packages/kernel/src/home/trash.ts': 'the bin, which only the OS writes',
  'packages/kernel/src/claude/forget-transcript.ts': 'the state',
  'packages/kernel/src/claude/process-tree.ts': '/proc',
  'packages/kernel/src/claude/spawn-engine.ts': "the turn's temporary folder",
  'packages/kernel/src/claude/turn-folders.ts': "the state, and the turns' temporary folders",
  'packages/kernel/src/endpoint-notices/endpoint-notices.ts': 'the state',
  'packages/kernel/src/engine-install/create-engine-installer.ts': 'the state',
  'packages/kernel/src/engine-install/download.ts': 'the state',
  'packages/kernel/src/engine-install/integrity.ts': 'the state',
  'packages/kernel/src/engine-install/unpack.ts': 'the state',
  'packages/kernel/src/git/adopt-history.ts': 'the history, and an old one that is moved there',
  'packages/kernel/src/git/apply-changes.ts': "what undo puts back, looked at as git's own checkout does",
  'packages/kernel/src/git/hash-cache.ts': 'the history',
  'packages/kernel/src/git/history.ts': 'the history',
  'packages/kernel/src/git/lead-to-history.ts': "the home's .git file, through no link",
  'packages/kernel/src/git/locks.ts': 'the history',
  'packages/kernel/src/git/plan-reversal.ts': 'the history',
  'packages/kernel/src/git/read-files.ts': 'what a snapshot holds, in a folder that is held',
  'packages/kernel/src/git/repository.ts': 'the history',
  'packages/kernel/src/git/reverse-commit.ts': 'the history',
  'packages/kernel/src/git/scan-worktree.ts': 'names, in a folder that is held',
  'packages/kernel/src/git/snapshots.ts': 'the history',
  'packages/kernel/src/git/turn-ledger.ts': 'the history',
  'packages/kernel/src/permissions/questions.ts': 'what a command runs, to hash it; the contents go nowhere',
  'packages/kernel/src/settings/secrets.ts': 'the state',
  'packages/kernel/src/settings/settings-store.ts': 'the state',
  'packages/kernel/src/wall/find-wall.ts': 'a temporary folder of its own',
  'packages/kernel/src/wall/system-rules.ts': 'names in system folders',
  'packages/gateway/src/auth/bearer-token.ts': 'the state',
  'packages/gateway/src/auth/logins.ts': 'the state',
  'packages/gateway/src/files/write-file.ts': 'a new file in a folder that is held',
  'packages/gateway/src/jobs/run-job.ts': 'the state',
  'packages/gateway/src/jobs/watch-file.ts': 'tells that something has changed, never what',
  'packages/gateway/src/screen/own-screen.ts': '/sys',
  'packages/gateway/src/streams/file-changes.ts': 'names of files, through no link',
  'packages/gateway/src/terminal/end-session.ts': '/proc',
};

/** What opens contents by a path. Looking at a path (`lstat`), making a folder, renaming and removing open nothing. */
const OPENS =
  /^(?:readFile|readdir|open|opendir|openAsBlob|createReadStream|createWriteStream|writeFile|appendFile|truncate|copyFile|cp|watch|watchFile|glob)(?:Sync)?$|^FSWatcher$/;
const FILE_SYSTEM = /^(?:node:)?fs(?:\/promises)?$/;

/** Removes whole trees by path: a folder that is exchanged for a link meanwhile sends Node elsewhere. */
const REMOVES_TREES = /\brm(?:Sync|dir|dirSync)?\((?:[^;]*?[,{\s])recursive\b/;
/** Nothing else can write there. */
const MAY_REMOVE: ReadonlySet<string> = new Set(['packages/kernel/src/wall/find-wall.ts']);

const NOT_SHIPPED = /\.(?:test|fixture)\.ts$|\/testing\//;

/** One line per file of the kernel or the gateway that opens files by itself, and per exception that has become needless. */
export const homeAccessProblems = (root: string): string[] => {
  const problems: string[] = [];
  const unneeded = new Set(Object.keys(ELSEWHERE));
  for (const name of ['kernel', 'gateway']) {
    for (const file of sourcesOf(root, name)) {
      const where = relative(root, file);
      if (NOT_SHIPPED.test(where)) continue;
      const source = readFileSync(file, 'utf8');
      if (removesTrees(source) && !MAY_REMOVE.has(where))
        problems.push(`${where}: removes a tree by its path; use removeTree of the kernel's tree-files.ts`);
      const opening = openingImports(source);
      if (opening.length === 0) continue;
      if (!unneeded.delete(where))
        problems.push(
          `${where}: opens files by itself (${opening.join(', ')}); use the kernel's home-file.ts`,
        );
    }
  }
  for (const where of unneeded)
    problems.push(`${where}: no longer opens files; take it out of tools/home-access.ts`);
  return problems;
};

export const removesTrees = (source: string): boolean => REMOVES_TREES.test(source);

/** What a source imports to open files with; a whole module counts, since anything may be taken from it. */
export const openingImports = (source: string): string[] => {
  const found: string[] = [];
  for (const [, what = '', module = ''] of source.matchAll(
    /import\s+(?:type\s+)?([^'"]*?)\s*from\s*['"]([^'"]+)['"]/g,
  )) {
    if (module === 'chokidar') found.push('chokidar');
    const names = /\{([^}]*)\}/.exec(what)?.[1];
    const whole = what
      .replace(/\{[^}]*\}/, '')
      .replace(',', '')
      .trim();
    if (FILE_SYSTEM.test(module) && whole !== '') found.push(whole);
    for (const name of (names ?? '').split(',')) {
      const [imported = ''] = name
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/);
      const opens = FILE_SYSTEM.test(module) && OPENS.test(imported);
      if (opens || (module === '@matrix-os/kit' && imported === 'atomicWriteFile')) found.push(imported);
    }
  }
  for (const [, module = ''] of source.matchAll(
    /(?:import|require|getBuiltinModule)\s*\(\s*['"]([^'"]+)['"]/g,
  ))
    if (FILE_SYSTEM.test(module) || module === 'chokidar') found.push(`import('${module}')`);
  return found;
};
