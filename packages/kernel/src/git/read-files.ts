import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { inHomeFolder } from '../home/hold-folder.ts';
import { type FileState, stateOf } from './scan-worktree.ts';
import { SYMLINK } from './tree.ts';

/** What is larger is left out of snapshots. */
export const MAX_SNAPSHOT_FILE_BYTES = 50_000_000;

// What runs in the home can read the history. Had we followed a link that took a file's place since we looked, it would
// hold whatever that points at; and a pipe in its place must not hang us.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface ReadFile {
  readonly state: FileState;
  readonly content: Buffer;
}

/**
 * A file's content, or where a link leads, with the state it had. `at` is a path from `inHomeFolder`.
 *
 * @throws Error of the system's for what can't be read, or is no file or link, or grew too large
 */
export const readEntry = async (
  at: string,
  name: string,
  seen: Pick<FileState, 'mode'>,
): Promise<ReadFile> => {
  const path = join(at, name);
  if (seen.mode === SYMLINK) {
    const content = await readlink(path, { encoding: 'buffer' });
    return { state: { mode: SYMLINK, bytes: content.length, stamp: '', changedMs: Infinity }, content };
  }
  const file = await open(path, FLAGS);
  try {
    const state = stateOf(await file.stat());
    if (state === undefined) throw new Error('no regular file');
    return { state, content: await readWhole(file, state.bytes) };
  } finally {
    await file.close();
  }
};

const readWhole = async (file: FileHandle, bytes: number): Promise<Buffer> => {
  if (bytes > MAX_SNAPSHOT_FILE_BYTES) throw new Error('too large');
  const chunks: Buffer[] = [];
  let length = 0;
  // It may grow while it is read, and without end.
  for (let size = bytes + 1; length <= MAX_SNAPSHOT_FILE_BYTES; size = 65_536) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, length);
    if (bytesRead === 0) return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  throw new Error('too large');
};

/** The same for one path of the home. */
export const readPath = (home: string, path: string, seen: Pick<FileState, 'mode'>): Promise<ReadFile> => {
  const slash = path.lastIndexOf('/');
  return inHomeFolder(home, path.slice(0, Math.max(slash, 0)), (at) =>
    readEntry(at, path.slice(slash + 1), seen),
  );
};
