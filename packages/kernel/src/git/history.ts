import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWriteFile, isErrnoException } from '@matrix-os/kit';
import { inHomeFolder } from '../home/hold-folder.ts';
import { commitMessage, type FileChange, moveHead, readHead, updateIndex, writeCommit } from './commit.ts';
import { type HashCache, openHashCache } from './hash-cache.ts';
import { listChangesAt, listPendingChanges, type PendingChanges } from './pending-changes.ts';
import { type ReadFile, readEntry } from './read-files.ts';
import { behindPath } from './repository.ts';
import type { Git } from './run-git.ts';
import { byFolder, type FileState, scanWorktree, statesOf } from './scan-worktree.ts';
import { blobOid, type Change, type Entry, entriesOf, sameEntry } from './tree.ts';

interface Commit {
  readonly commit: string;
  readonly paths: readonly string[];
}

/** One home and its repository. Every commit is of what was handed in or read here; git itself never reads the home. */
export interface History {
  readonly home: string;
  readonly folder: string;
  readonly git: Git;
  head(): Promise<string | undefined>;
  /** Every file of HEAD. */
  base(): Promise<ReadonlyMap<string, Entry>>;
  /** What differs from HEAD; these paths are looked at wherever they lie. */
  pending(claimed: Iterable<string>): Promise<PendingChanges>;
  /** The same for these files alone, and what HEAD has in these folders. */
  pendingAt(paths: readonly string[]): Promise<PendingChanges>;
  /** Which of these are there, and neither in HEAD nor where a snapshot would look for them. */
  hidden(paths: readonly string[]): Promise<string[]>;
  /** Commits these changes and nothing else, as they are by now; undefined when they turn out to be none. */
  commit(changes: PendingChanges, message: string): Promise<Commit | undefined>;
  /** A commit of these changes that HEAD is not at yet. */
  prepare(changes: readonly Change[], message: string): Promise<string | undefined>;
  moveHead(from: string | undefined, to: string, changes: readonly FileChange[]): Promise<void>;
  /** A first commit of nothing, for the next to stand on. */
  start(): Promise<void>;
  save(): Promise<void>;
}

const EMPTY: ReadonlyMap<string, Entry> = new Map();
const SHA1 = '0'.repeat(40);
const FILES_AT_ONCE = 64;
const BYTES_AT_ONCE = 16_000_000;

export const openHistory = async (options: {
  readonly git: Git;
  readonly home: string;
  readonly folder: string;
  /** Told of a file that could not be read when its turn came. */
  readonly onUnreadable: (path: string) => void;
}): Promise<History> => {
  const { git, home, folder, onUnreadable } = options;
  const hashes = await openHashCache(join(folder, 'matrix-hashes.json'));
  let known: { readonly commit: string; readonly entries: Map<string, Entry> } | undefined;

  const head = (): Promise<string | undefined> => readHead(git);

  const base = async (): Promise<ReadonlyMap<string, Entry>> => {
    const commit = await head();
    if (commit === undefined) return EMPTY;
    if (known?.commit !== commit) known = { commit, entries: await entriesOf(git, commit) };
    return known.entries;
  };

  const move = async (
    from: string | undefined,
    to: string,
    changes: readonly FileChange[],
  ): Promise<void> => {
    // A kill in between leaves the index behind HEAD, which the next one that opens the repository mends.
    await atomicWriteFile(behindPath(folder), '');
    await moveHead(git, from, to);
    const entries = from === undefined ? new Map<string, Entry>() : known?.entries;
    if (entries !== undefined && (from === undefined || known?.commit === from)) {
      for (const change of changes)
        if (change.to === null) entries.delete(change.path);
        else entries.set(change.path, change.to);
      known = { commit: to, entries };
    }
    await updateIndex(git, changes, to);
    await rm(behindPath(folder), { force: true });
  };

  return {
    home,
    folder,
    git,
    head,
    base,
    async pending(claimed) {
      return listPendingChanges({ home, base: await base(), hashes, claimed });
    },
    async pendingAt(paths) {
      return listChangesAt({ home, base: await base(), hashes, paths });
    },
    async hidden(paths) {
      const entries = await base();
      const unknown = paths.filter((path) => !entries.has(path));
      const there = [...(await statesOf(home, unknown)).files.keys()];
      if (there.length === 0) return [];
      const { files } = await scanWorktree(home);
      return there.filter((path) => !files.has(path));
    },
    async commit(changes, message) {
      if (changes.changed.size + changes.removed.length === 0) return undefined;
      const from = await head();
      const before = await base();
      const made: FileChange[] = [];
      const commit = await writeCommit(git, {
        parent: from,
        message,
        changes: remember(readChanges({ home, before, changes, hashes, onUnreadable }), made),
      });
      if (commit === undefined) return undefined;
      await move(from, commit, made);
      await hashes.save();
      return { commit, paths: made.map(({ path }) => path).sort() };
    },
    async prepare(changes, message) {
      return writeCommit(git, { parent: await head(), message, changes });
    },
    moveHead: move,
    async start() {
      const commit = await writeCommit(git, {
        parent: undefined,
        message: commitMessage('An empty home'),
        changes: [],
        empty: true,
      });
      if (commit !== undefined) await move(undefined, commit, []);
    },
    save: () => hashes.save(true),
  };
};

/** Passes changes on and keeps them, without their contents. */
async function* remember(changes: AsyncIterable<FileChange>, kept: FileChange[]): AsyncGenerator<FileChange> {
  for await (const change of changes) {
    kept.push({ path: change.path, to: change.to });
    yield change;
  }
}

/** The contents, folder by folder and not too many at once. What is gone by now is a removal. */
async function* readChanges(parts: {
  readonly home: string;
  readonly before: ReadonlyMap<string, Entry>;
  readonly changes: PendingChanges;
  readonly hashes: HashCache;
  readonly onUnreadable: (path: string) => void;
}): AsyncGenerator<FileChange> {
  const { home, before, changes, hashes, onUnreadable } = parts;
  for (const path of changes.removed) yield { path, to: null };
  const like = before.values().next().value?.oid ?? SHA1;
  for (const [folder, paths] of byFolder([...changes.changed.keys()])) {
    for (const batch of batches(paths, changes.changed)) {
      const readAt = Date.now();
      for (const [path, read] of await readBatch(home, folder, batch, changes.changed)) {
        if (read === 'unreadable') onUnreadable(path);
        else if (read === 'gone') {
          if (before.has(path)) yield { path, to: null };
        } else {
          const to = { mode: read.state.mode, oid: await blobOid(read.content, like) };
          hashes.set(path, read.state, to.oid, readAt);
          if (!sameEntry(to, before.get(path) ?? null)) yield { path, to, content: read.content };
        }
      }
    }
  }
}

type Outcome = [path: string, read: ReadFile | 'gone' | 'unreadable'];

const failure = (error: unknown): 'gone' | 'unreadable' =>
  isErrnoException(error, 'ENOENT') ? 'gone' : 'unreadable';

const readBatch = async (
  home: string,
  folder: string,
  paths: readonly string[],
  seen: ReadonlyMap<string, FileState>,
): Promise<Outcome[]> => {
  const readOne = (at: string, path: string): Promise<ReadFile> =>
    readEntry(at, path.slice(path.lastIndexOf('/') + 1), seen.get(path) ?? { mode: '' });
  try {
    return await inHomeFolder(home, folder, (at) =>
      Promise.all(
        paths.map(async (path): Promise<Outcome> => [path, await readOne(at, path).catch(failure)]),
      ),
    );
  } catch {
    // The folder itself is gone, or something else is in its place.
    return paths.map((path) => [path, 'gone']);
  }
};

function* batches(paths: readonly string[], states: ReadonlyMap<string, FileState>): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    batch.push(path);
    bytes += states.get(path)?.bytes ?? 0;
    if (batch.length < FILES_AT_ONCE && bytes < BYTES_AT_ONCE) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
