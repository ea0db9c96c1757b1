import { execFile } from 'node:child_process';
import { constants, createWriteStream } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rmdir,
  symlink,
  unlink,
  utimes,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isErrnoException } from '@matrix-os/kit';
import { inHomeFolder } from './hold-folder.ts';

// A pipe that took the file's place must not hang us, nor a link lead us elsewhere.
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const OWN_FOLDER = 0o700;

/**
 * Moves a file, link or folder: a rename; across file systems a copy that is complete and on the disk before it takes its
 * place at once, and only then does the original go. What a kill leaves of it is never in the place of the whole.
 *
 * `leaving` is a path beside `from` that its rest gets while it is removed; with `keep` a copied original stays.
 */
export const moveTree = async (
  from: string,
  to: string,
  options: { readonly partial?: string; readonly leaving?: string; readonly keep?: boolean } = {},
): Promise<void> => {
  const { partial = `${to}.partial`, leaving = from } = options;
  await removeTree(partial);
  try {
    await rename(from, to);
    return;
  } catch (error) {
    if (!isErrnoException(error, 'EXDEV')) throw error;
  }
  try {
    await copyTree(from, partial);
    await flush(partial);
    await rename(partial, to);
  } catch (error) {
    await removeTree(partial).catch(() => {});
    throw error;
  }
  if (options.keep) return;
  if (leaving !== from) await rename(from, leaving);
  await removeTree(leaving);
};

/** Copies files, folders and links as they are, following none. Pipes and sockets have nothing to copy. */
const copyTree = async (from: string, to: string): Promise<void> => {
  const stats = await lstat(from);
  if (stats.isSymbolicLink()) await symlink(await readlink(from, { encoding: 'buffer' }), to);
  else if (stats.isDirectory()) {
    await mkdir(to, { mode: OWN_FOLDER });
    await inHeld(from, async (held) => {
      for (const name of await readdir(held)) await copyTree(join(held, name), join(to, name));
    });
    await setFacts(to, stats);
  } else if (stats.isFile()) {
    const source = await open(from, FILE);
    try {
      if (!(await source.stat()).isFile()) return;
      await pipeline(
        source.createReadStream({ autoClose: false }),
        createWriteStream(to, { flags: 'wx', mode: 0o600 }),
      );
      await setFacts(to, stats);
    } finally {
      await source.close();
    }
  }
};

const setFacts = async (
  path: string,
  stats: { readonly mode: number; readonly atime: Date; readonly mtime: Date },
): Promise<void> => {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await handle.chmod(stats.mode & 0o777);
  } finally {
    await handle.close();
  }
  await utimes(path, stats.atime, stats.mtime);
};

/** Removes what is there, through no link, even when somebody exchanges a folder for one meanwhile. */
export const removeTree = async (path: string): Promise<void> => {
  const stats = await lstat(path).catch((error: unknown) => {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    await unlink(path);
    return;
  }
  await inHeld(path, async (held) => {
    // Module caches are read-only, to the letter.
    await chmod(held, OWN_FOLDER).catch(() => {});
    for (const name of await readdir(held)) await removeTree(join(held, name));
  });
  await rmdir(path);
};

const inHeld = (folder: string, work: (held: string) => Promise<void>): Promise<void> =>
  inHomeFolder(dirname(folder), basename(folder), work);

/** One flush of the whole file system in place of one for each of what may be many thousand files. */
const flush = (path: string): Promise<void> =>
  new Promise((resolve) => {
    execFile('sync', ['-f', path], { env: { PATH: '/usr/bin:/bin' } }, () => resolve());
  });

export const exists = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => undefined)) !== undefined;
