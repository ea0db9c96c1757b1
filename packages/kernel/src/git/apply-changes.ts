import { lstat, mkdir, readdir, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { atomicWriteFile } from '@matrix-os/kit';
import type { Git } from './run-git.ts';
import { type Change, type Entry, readBlobs, SYMLINK, sameEntry, worktreeEntry } from './tree.ts';

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
    await rm(join(home, path), { force: true });
    await removeEmptyParents(home, path);
  }
  const writes = changes.flatMap(({ path, to }) => (to === null ? [] : [{ path, to }]));
  for (let start = 0; start < writes.length; start += BLOBS_AT_ONCE) {
    const batch = writes.slice(start, start + BLOBS_AT_ONCE);
    const blobs = await readBlobs(
      git,
      batch.map((write) => write.to.oid),
    );
    for (const { path, to } of batch)
      await writeEntry(join(home, path), to, blobs.get(to.oid) ?? Buffer.alloc(0));
  }
};

const writeEntry = async (path: string, entry: Entry, content: Buffer): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  // Only an emptied folder can stand here; `findObstacles` has looked.
  await rmdir(path).catch(() => {});
  if (entry.mode !== SYMLINK) {
    await atomicWriteFile(path, content, { mode: entry.mode === '100755' ? 0o755 : 0o644 });
    return;
  }
  const temporary = `${path}.000000000000.tmp`;
  await rm(temporary, { force: true });
  await symlink(content, temporary);
  await rename(temporary, path);
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
    const removed = await rmdir(join(home, parent)).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
};
