import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { HashCache } from './hash-cache.ts';
import { inParallel } from './in-parallel.ts';
import { MAX_SNAPSHOT_FILE_BYTES, readPath } from './read-files.ts';
import { type FileState, scanWorktree, statesOf, UNREADABLE, type Worktree } from './scan-worktree.ts';
import { blobOid, type Entry, SYMLINK } from './tree.ts';

const MAX_SNAPSHOT_BYTES = 500_000_000;
const READS_AT_ONCE = 8;

export interface PendingChanges {
  /** Files that are new or different. */
  readonly changed: ReadonlyMap<string, FileState>;
  readonly removed: readonly string[];
  /** What a snapshot leaves out, and why, in words for the owner. */
  readonly skipped: ReadonlyMap<string, string>;
}

/**
 * What differs from the last snapshot. A file that the history holds, or that a turn is known to write, counts wherever it
 * lies: that it came to lie in a folder that is left out takes nothing from it.
 */
export const listPendingChanges = async (
  options: Known & {
    /** Paths that are looked at in any case. */
    readonly claimed: Iterable<string>;
  },
): Promise<PendingChanges> => {
  const { home, base, hashes } = options;
  const { files, unreadable } = await scanWorktree(home);
  const unseen = [...new Set([...base.keys(), ...options.claimed])].filter((path) => !files.has(path));
  const elsewhere = await statesOf(home, unseen);
  for (const [path, state] of elsewhere.files) files.set(path, state);
  hashes.keep(files);
  return compare(options, { files, unreadable: new Map([...unreadable, ...elsewhere.unreadable]) }, unseen);
};

/** The same for these files, and for what the last snapshot has in these folders. New files in folders are not looked for. */
export const listChangesAt = async (
  options: Known & { readonly paths: readonly string[] },
): Promise<PendingChanges> => {
  const isAsked = isWithin(options.paths);
  const paths = [...new Set([...options.paths, ...[...options.base.keys()].filter(isAsked)])];
  return compare(options, await statesOf(options.home, paths), paths);
};

interface Known {
  readonly home: string;
  /** The last snapshot. */
  readonly base: ReadonlyMap<string, Entry>;
  readonly hashes: HashCache;
}

/** `looked`: the paths that are gone when they are not among the files. */
const compare = async (
  { home, base, hashes }: Known,
  { files, unreadable }: Worktree,
  looked: readonly string[],
): Promise<PendingChanges> => {
  const skipped = new Map(unreadable);
  // What is beyond the limits was looked at, one by one.
  const shut = [...unreadable].filter(([path, reason]) => path !== '' && reason === UNREADABLE);
  const hidden = isWithin(shut.map(([path]) => path));
  const removed = looked.filter((path) => base.has(path) && !files.has(path) && !hidden(path));

  const different: [path: string, state: FileState][] = [];
  const unsure: [path: string, state: FileState, before: Entry][] = [];
  for (const [path, state] of files) {
    const before = base.get(path);
    const known = hashes.get(path, state);
    if (state.bytes > MAX_SNAPSHOT_FILE_BYTES)
      skipped.set(path, `it is larger than ${MAX_SNAPSHOT_FILE_BYTES / 1_000_000} MB`);
    else if (before === undefined || before.mode !== state.mode) different.push([path, state]);
    else if (known === undefined) unsure.push([path, state, before]);
    else if (known !== before.oid) different.push([path, state]);
  }
  await inParallel(unsure, READS_AT_ONCE, async ([path, state, before]) => {
    const readAt = Date.now();
    const read = await readPath(home, path, state).catch(() => undefined);
    const oid = read && (await blobOid(read.content, before.oid));
    if (read && oid !== undefined) hashes.set(path, read.state, oid, readAt);
    if (oid !== before.oid) different.push([path, state]);
  });
  await hashes.save();

  // Small files first, so that a folder of films doesn't keep the notes beside it out.
  different.sort(([, a], [, b]) => a.bytes - b.bytes);
  const changed = new Map<string, FileState>();
  let total = 0;
  for (const [path, state] of different) {
    if (!(await isReadable(join(home, path), state))) {
      skipped.set(path, UNREADABLE);
      continue;
    }
    total += state.bytes;
    if (total <= MAX_SNAPSHOT_BYTES) changed.set(path, state);
    else skipped.set(path, `more than ${MAX_SNAPSHOT_BYTES / 1_000_000} MB changed at once`);
  }
  return { changed, removed, skipped };
};

const isReadable = (path: string, { mode }: FileState): Promise<boolean> =>
  mode === SYMLINK
    ? Promise.resolve(true)
    : access(path, constants.R_OK).then(
        () => true,
        () => false,
      );

/** Keeps the changes whose path `matches`. */
export const selectChanges = (
  changes: PendingChanges,
  matches: (path: string) => boolean,
): PendingChanges => ({
  changed: new Map([...changes.changed].filter(([path]) => matches(path))),
  removed: changes.removed.filter(matches),
  skipped: changes.skipped,
});

/** Whether a path is one of these or lies in one of them. */
export const isWithin = (paths: readonly string[]): ((path: string) => boolean) => {
  const all = new Set(paths.map((one) => one.replace(/\/$/, '')));
  return (path) => {
    if (all.size === 0) return false;
    for (let at = path; at !== ''; at = at.slice(0, Math.max(at.lastIndexOf('/'), 0)))
      if (all.has(at)) return true;
    return false;
  };
};
