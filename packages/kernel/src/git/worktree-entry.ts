import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { inHomeFolder, splitLast } from '../home/hold-folder.ts';
import { readEntry } from './read-files.ts';
import { stateOf } from './scan-worktree.ts';
import { blobOid, type MaybeEntry } from './tree.ts';

/**
 * What stands at a path right now, as git would name it; `folder` for one (or a pipe or such), null for nothing. Behind a
 * link is nothing. `like`: any object id of the repository.
 */
export const worktreeEntry = async (
  home: string,
  path: string,
  like: string,
): Promise<MaybeEntry | 'folder'> => {
  const { folder, name } = splitLast(path);
  const look = async (at: string): Promise<MaybeEntry | 'folder'> => {
    const stats = await lstat(join(at, name));
    const state = stateOf(stats);
    if (state === undefined) return 'folder';
    // What can't be read is like nothing that the history holds.
    const read = await readEntry(at, name, state).catch(() => undefined);
    return { mode: state.mode, oid: read === undefined ? '' : await blobOid(read.content, like) };
  };
  return inHomeFolder(home, folder, look).catch(() => null);
};
