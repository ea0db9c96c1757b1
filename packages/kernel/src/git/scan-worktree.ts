import { type Dirent, lstat as lstatWithCallback, type Stats } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isErrnoException } from '@matrix-os/kit';
import { inHomeFolder } from '../home/hold-folder.ts';
import { inParallel } from './in-parallel.ts';
import { type FolderKind, judgeEntry } from './left-out.ts';
import { SYMLINK } from './tree.ts';

export interface FileState {
  readonly mode: string;
  readonly bytes: number;
  /** Equal stamps: nobody has written it in between. */
  readonly stamp: string;
  readonly changedMs: number;
}

export interface Worktree {
  readonly files: Map<string, FileState>;
  /** Files and folders that nobody can look at, and why, in words for the owner. */
  readonly unreadable: Map<string, string>;
}

interface Folder {
  readonly path: string;
  readonly kind: FolderKind;
}

export const UNREADABLE = "it can't be read";
const FOLDERS_AT_ONCE = 8;
const ENTRIES_AT_ONCE = 128;

interface Here extends Folder {
  readonly absolute: string;
}

interface ScanLimits {
  readonly total: number;
  readonly perFolder: number;
}
/**
 * Files and folders: far more than anybody has; a command can make any number. One folder has a limit of its own, so that it
 * leaves room for the others. What the history holds is looked at all the same.
 */
const LIMITS: ScanLimits = { total: 500_000, perFolder: 100_000 };

// A home has many files, and the one of fs/promises costs a third more.
const lstat = promisify(lstatWithCallback);

/** A file's or link's state; undefined for folders, pipes and the like. */
export const stateOf = (stats: Stats): FileState | undefined => {
  if (!stats.isFile() && !stats.isSymbolicLink()) return undefined;
  return {
    mode: stats.isSymbolicLink() ? SYMLINK : (stats.mode & 0o100) === 0 ? '100644' : '100755',
    bytes: stats.size,
    stamp: `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`,
    changedMs: Math.max(stats.ctimeMs, stats.mtimeMs),
  };
};

/**
 * Every file of the home that a snapshot takes on its own account. No link is followed, no ignore file heard. Beyond the
 * limits nothing is looked at, so that no folder can hold up the process or fill its memory.
 */
export const scanWorktree = async (home: string, limits: ScanLimits = LIMITS): Promise<Worktree> => {
  const files = new Map<string, FileState>();
  const unreadable = new Map<string, string>();
  let seen = 0;
  let full = false;

  const look = async (here: Here, entry: Dirent, deeper: Folder[]): Promise<void> => {
    const path = here.path === '' ? entry.name : `${here.path}/${entry.name}`;
    if (entry.name.includes('\uFFFD')) {
      unreadable.set(path, 'its name is not valid text');
      return;
    }
    const judged = judgeEntry(here, entry);
    const kind = typeof judged === 'string' ? judged : await judged;
    if (kind === 'left out') return;
    if (entry.isDirectory()) {
      deeper.push({ path, kind });
      return;
    }
    const state = await lstat(`${here.absolute}/${entry.name}`).then(stateOf, () => undefined);
    if (state !== undefined) files.set(path, state);
  };

  const visit = async (folder: Folder, deeper: Folder[]): Promise<void> => {
    const here = { ...folder, absolute: join(home, folder.path) };
    try {
      let inside = 0;
      for await (const batch of entriesIn(here.absolute)) {
        if (inside >= limits.perFolder) {
          unreadable.set(
            folder.path,
            `more than ${limits.perFolder} files lie in it, and not all are looked at`,
          );
          return;
        }
        if (seen >= limits.total) {
          if (!full) unreadable.set(folder.path, `your home has more than ${limits.total} files`);
          full = true;
          return;
        }
        inside += batch.length;
        seen += batch.length;
        await Promise.all(batch.map((entry) => look(here, entry, deeper)));
      }
    } catch (error) {
      if (!isGone(error)) unreadable.set(folder.path, UNREADABLE);
    }
  };

  for (let level: Folder[] = [{ path: '', kind: 'plain' }]; level.length > 0 && !full; ) {
    const deeper: Folder[] = [];
    await inParallel(level, FOLDERS_AT_ONCE, (folder) => visit(folder, deeper));
    level = deeper;
  }
  return { files, unreadable };
};

/** A folder's entries, some at a time; between two of them the process does what else there is to do. */
async function* entriesIn(folder: string): AsyncGenerator<Dirent[]> {
  const opened = await opendir(folder, { bufferSize: ENTRIES_AT_ONCE });
  let batch: Dirent[] = [];
  for await (const entry of opened) {
    batch.push(entry);
    if (batch.length < ENTRIES_AT_ONCE) continue;
    yield batch;
    await setImmediate();
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The states of these paths alone, wherever they lie; what stands behind a link is not in the home and so not there. */
export const statesOf = async (home: string, paths: readonly string[]): Promise<Worktree> => {
  const files = new Map<string, FileState>();
  const unreadable = new Map<string, string>();
  await inParallel([...byFolder(paths)], FOLDERS_AT_ONCE, async ([folder, inside]) => {
    const look = async (at: string, path: string): Promise<void> => {
      const state = stateOf(await lstat(join(at, path.slice(path.lastIndexOf('/') + 1))));
      if (state !== undefined) files.set(path, state);
    };
    const fail = (path: string, error: unknown): void => {
      if (isErrnoException(error, 'EACCES') || isErrnoException(error, 'EIO'))
        unreadable.set(path, UNREADABLE);
    };
    try {
      await inHomeFolder(home, folder, async (at) => {
        await Promise.all(inside.map((path) => look(at, path).catch((error: unknown) => fail(path, error))));
      });
    } catch (error) {
      for (const path of inside) fail(path, error);
    }
  });
  return { files, unreadable };
};

/** Paths by the folder that they lie in; that of the home itself is ''. */
export const byFolder = (paths: readonly string[]): Map<string, string[]> => {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const folder = dirname(path) === '.' ? '' : dirname(path);
    const inside = folders.get(folder);
    if (inside === undefined) folders.set(folder, [path]);
    else inside.push(path);
  }
  return folders;
};

const isGone = (error: unknown): boolean =>
  isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ENOTDIR');
