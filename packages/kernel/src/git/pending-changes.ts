import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { isProtected } from '../home/protected-paths.ts';
import type { Git } from './run-git.ts';

const MAX_SNAPSHOT_FILE_BYTES = 50_000_000;
const MAX_SNAPSHOT_BYTES = 500_000_000;

export interface PendingChanges {
  /** Files that are new or different. */
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** What a snapshot leaves out, and why, in words for the owner. */
  readonly skipped: ReadonlyMap<string, string>;
}

/** What differs from the last snapshot, without what would stall one or doesn't belong in it. */
export const listPendingChanges = async (git: Git, home: string): Promise<PendingChanges> => {
  // Looking into submodules would run git by their configuration.
  const output = await git.run([
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=all',
    '--no-renames',
    '--ignore-submodules=all',
  ]);
  const removed: string[] = [];
  const skipped = new Map<string, string>();
  const sized: { path: string; bytes: number }[] = [];
  for (const entry of output.toString('utf8').split('\0')) {
    const path = entry.slice(3);
    if (path === '' || (isProtected(path) && !path.startsWith('system/'))) continue;
    if (path.endsWith('/')) {
      skipped.set(path, 'it is a git repository of its own');
      continue;
    }
    const code = entry.slice(0, 2);
    const stats =
      code === 'D ' || code[1] === 'D' ? undefined : await lstat(join(home, path)).catch(() => undefined);
    if (stats === undefined || stats.isDirectory()) removed.push(path);
    else if (stats.size > MAX_SNAPSHOT_FILE_BYTES)
      skipped.set(path, `it is larger than ${MAX_SNAPSHOT_FILE_BYTES / 1_000_000} MB`);
    else if (stats.isFile() && !(await isReadable(join(home, path)))) skipped.set(path, "it can't be read");
    else sized.push({ path, bytes: stats.size });
  }
  // Small files first, so that a folder of films doesn't keep the notes beside it out.
  sized.sort((a, b) => a.bytes - b.bytes);
  const changed: string[] = [];
  let total = 0;
  for (const { path, bytes } of sized) {
    total += bytes;
    if (total <= MAX_SNAPSHOT_BYTES) changed.push(path);
    else skipped.set(path, `more than ${MAX_SNAPSHOT_BYTES / 1_000_000} MB changed at once`);
  }
  return { changed, removed, skipped };
};

const isReadable = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  );

/** Keeps the changes whose path `matches`. */
export const selectChanges = (
  changes: PendingChanges,
  matches: (path: string) => boolean,
): PendingChanges => ({
  changed: changes.changed.filter(matches),
  removed: changes.removed.filter(matches),
  skipped: changes.skipped,
});

/** Whether a path is one of these or lies in one of them. */
export const isWithin =
  (paths: readonly string[]) =>
  (path: string): boolean =>
    paths.some((one) => path === one || path.startsWith(one.endsWith('/') ? one : `${one}/`));
