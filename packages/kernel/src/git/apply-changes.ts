import { lstat, mkdir, readdir, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { atomicWriteFile, isAppError, isErrnoException } from '@matrix-os/kit';
import { inHomeFolder, splitLast } from '../home/hold-folder.ts';
import { temporaryName } from '../home/temporary-name.ts';
import { removeTree } from '../home/tree-files.ts';
import type { Git } from './run-git.ts';
import { type Change, type Entry, readBlobs, SYMLINK, sameEntry } from './tree.ts';
import { nestedGitOf } from './tree-path.ts';
import { worktreeEntry } from './worktree-entry.ts';

const BLOBS_AT_ONCE = 50;

/** The paths where the home is not what the changes start from, or something stands in the way. Empty: go ahead. */
export const findObstacles = async (home: string, changes: readonly Change[]): Promise<string[]> => {
  const leaving = new Set(changes.filter((change) => change.to === null).map((change) => change.path));
  const obstacles: string[] = [];
  for (const change of changes) {
    const like = (change.from ?? change.to)?.oid ?? '';
    const now = await worktreeEntry(home, change.path, like);
    const makesRoom =
      change.from === null && now === 'folder' && (await holdsOnly(home, change.path, leaving));
    if ((!sameEntry(now, change.from) && !makesRoom) || !(await hasPlainParents(home, change.path, leaving)))
      obstacles.push(change.path);
  }
  return obstacles;
};

/** Brings the files to `to`, each at once. Running it again after a kill completes it. */
export const applyChanges = async (git: Git, home: string, changes: readonly Change[]): Promise<void> => {
  for (const { path, to } of changes) {
    if (to !== null) continue;
    await removeFile(home, path);
    await removeEmptyParents(home, path);
  }
  const writes = changes.flatMap(({ path, to }) => (to === null ? [] : [{ path, to }]));
  for (let start = 0; start < writes.length; start += BLOBS_AT_ONCE) {
    const batch = writes.slice(start, start + BLOBS_AT_ONCE);
    const blobs = await readBlobs(
      git,
      batch.map((write) => write.to.oid),
    );
    for (const { path, to } of batch) await writeEntry(home, path, to, blobs.get(to.oid) ?? Buffer.alloc(0));
  }
  await tidyRepositories(
    home,
    changes.map((change) => change.path),
  );
};

const removeFile = async (home: string, path: string): Promise<void> => {
  const { folder, name } = splitLast(path);
  await inHomeFolder(home, folder, (at) => rm(join(at, name), { force: true })).catch((error: unknown) => {
    if (!isErrnoException(error, 'ENOENT') && !isAppError(error, 'forbidden')) throw error;
  });
};

const writeEntry = (home: string, path: string, entry: Entry, content: Buffer): Promise<void> => {
  const { folder, name } = splitLast(path);
  return inHomeFolder(
    home,
    folder,
    async (at) => {
      // Only an emptied folder can stand here; `findObstacles` has looked.
      await rmdir(join(at, name)).catch(() => {});
      if (entry.mode !== SYMLINK) {
        const mode = entry.mode === '100755' ? 0o755 : 0o644;
        await atomicWriteFile(join(at, name), content, { mode });
        return;
      }
      const temporary = join(at, temporaryName());
      await symlink(content, temporary);
      await rename(temporary, join(at, name));
    },
    { make: true },
  );
};

/**
 * A repository within the home has empty folders, which no tree holds. Git takes one without them for none; and of one that
 * is gone they alone would be left.
 */
const tidyRepositories = async (home: string, paths: readonly string[]): Promise<void> => {
  const repositories = new Set(paths.flatMap((path) => nestedGitOf(path) ?? []));
  for (const folder of repositories) {
    const work = async (at: string): Promise<void> => {
      const entries = await readdir(at, { withFileTypes: true, recursive: true });
      if (entries.some((entry) => entry.isFile() && entry.parentPath === at && entry.name === 'HEAD'))
        for (const name of ['objects', 'refs']) await mkdir(join(at, name), { recursive: true });
      else if (entries.every((entry) => entry.isDirectory()))
        for (const entry of entries) await removeTree(join(at, entry.name));
    };
    await inHomeFolder(home, folder, work).catch(() => {});
    await removeEmptyParents(home, `${folder}/HEAD`);
  }
};

/** A link among the parents would carry the write elsewhere. A file that leaves is no hindrance. */
const hasPlainParents = async (
  home: string,
  path: string,
  leaving: ReadonlySet<string>,
): Promise<boolean> => {
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    const stats = await lstat(join(home, parent)).catch(() => undefined);
    if (stats !== undefined && !stats.isDirectory() && !leaving.has(parent)) return false;
  }
  return true;
};

const holdsOnly = async (home: string, folder: string, leaving: ReadonlySet<string>): Promise<boolean> => {
  const entries = await readdir(join(home, folder), { withFileTypes: true, recursive: true }).catch(
    () => null,
  );
  if (entries === null) return false;
  return entries.every(
    (entry) => entry.isDirectory() || leaving.has(join(entry.parentPath, entry.name).slice(home.length + 1)),
  );
};

/** As git does; but a folder of the home's own first level stays. */
const removeEmptyParents = async (home: string, path: string): Promise<void> => {
  for (let parent = dirname(path); parent.includes('/'); parent = dirname(parent)) {
    const { folder, name } = splitLast(parent);
    const removed = await inHomeFolder(home, folder, (at) => rmdir(join(at, name))).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
};
