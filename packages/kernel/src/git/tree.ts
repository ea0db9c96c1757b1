import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Git } from './run-git.ts';
import { fromTreePath } from './tree-path.ts';

/** One file as git knows it; `null` stands for no file. Paths are the home's, not as the tree spells them. */
export interface Entry {
  readonly mode: string;
  readonly oid: string;
}
export type MaybeEntry = Entry | null;

export interface Change {
  readonly path: string;
  readonly from: MaybeEntry;
  readonly to: MaybeEntry;
}

const GITLINK = '160000';
export const SYMLINK = '120000';

/** What leads from one commit (undefined: from nothing) to another, renames as a removal and an addition. */
export const changesBetween = async (git: Git, from: string | undefined, to: string): Promise<Change[]> => {
  const range = from === undefined ? ['--root', to] : [from, to];
  const output = await git.run([
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--no-commit-id',
    ...range,
  ]);
  const parts = output.toString('utf8').split('\0');
  const changes: Change[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [fromMode = '', toMode = '', fromOid = '', toOid = ''] = (parts[index] ?? '').slice(1).split(' ');
    const path = fromTreePath(parts[index + 1] ?? '');
    if (fromMode === GITLINK || toMode === GITLINK) continue;
    changes.push({ path, from: toEntry(fromMode, fromOid), to: toEntry(toMode, toOid) });
  }
  return changes;
};

const toEntry = (mode: string, oid: string): MaybeEntry => (/^0+$/.test(mode) ? null : { mode, oid });

/** Every file of a commit. */
export const entriesOf = async (git: Git, commit: string): Promise<Map<string, Entry>> => {
  const output = await git.run(['ls-tree', '-r', '-z', '--full-tree', commit]);
  const entries = new Map<string, Entry>();
  for (const line of output.toString('utf8').split('\0')) {
    const match = /^(\d+) blob ([0-9a-f]+)\t(.*)$/s.exec(line);
    if (match) entries.set(fromTreePath(match[3] ?? ''), { mode: match[1] ?? '', oid: match[2] ?? '' });
  }
  return entries;
};

/** Contents by object id, read in one go. */
export const readBlobs = async (git: Git, oids: readonly string[]): Promise<Map<string, Buffer>> => {
  const blobs = new Map<string, Buffer>();
  const wanted = [...new Set(oids)];
  if (wanted.length === 0) return blobs;
  const output = await git.run(['cat-file', '--batch'], `${wanted.join('\n')}\n`);
  let at = 0;
  for (const oid of wanted) {
    const end = output.indexOf(10, at);
    const size = Number(/ blob (\d+)$/.exec(output.subarray(at, end).toString('latin1'))?.[1]);
    if (!Number.isInteger(size)) throw new Error(`the home's history lacks ${oid}`);
    blobs.set(oid, output.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return blobs;
};

// Between two of them the process does what else there is to do.
const HASHED_AT_ONCE = 4_000_000;

/** `like`: any object id of the repository, whose length tells its hash. */
export const blobOid = async (content: Uint8Array, like: string): Promise<string> => {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1').update(`blob ${content.length}\0`);
  for (let at = 0; at < content.length; at += HASHED_AT_ONCE) {
    if (at > 0) await setImmediate();
    hash.update(content.subarray(at, at + HASHED_AT_ONCE));
  }
  return hash.digest('hex');
};

export const sameEntry = (a: MaybeEntry | 'folder', b: MaybeEntry | 'folder'): boolean => {
  if (a === 'folder' || b === 'folder' || a === null || b === null) return a === b;
  return a.mode === b.mode && a.oid === b.oid;
};
