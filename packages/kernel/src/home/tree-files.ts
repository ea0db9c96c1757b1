import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  open,
  opendir,
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
import { createLogger, isErrnoException, messageOf } from '@matrix-os/kit';
import { inHomeFolder } from './hold-folder.ts';

// A pipe that took the file's place must not hang us, nor a link lead us elsewhere.
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const OWN_FOLDER = 0o700;
/** Linux's O_PATH, which Node doesn't name: to hold a folder without reading it. */
const PATH_ONLY = 0o10_000_000;
const ENTRIES_AT_ONCE = 64;

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

/**
 * Removes what is there, through no link, even when somebody exchanges a folder for one meanwhile. Read-only folders go too.
 * A deep tree holds few descriptors: each folder is moved to the top before it is emptied.
 *
 * @throws the system's first failure, when all that could go is gone
 */
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
  const failures: unknown[] = [];
  await inOwn(path, async (top) => {
    const prefix = randomBytes(8).toString('hex');
    let moved = 0;
    const raise = async (from: Buffer): Promise<void> => {
      if (from.includes(prefix)) return;
      const to = join(top, `${prefix}${moved++}`);
      // One that nobody may write can't get another parent.
      await rename(from, to).catch(() => inOwn(from, () => rename(from, to)));
    };
    await emptyFolder(top, { raise, fail: (error) => failures.push(error) });
    for (let next = 0; next < moved; next++) {
      const name = join(top, `${prefix}${next}`);
      try {
        await inOwn(name, (at) => emptyFolder(at, { raise, fail: (error) => failures.push(error) }));
        await rmdir(name);
      } catch (error) {
        // Something that is no folder may have been put there.
        if (!isErrnoException(error, 'ENOENT')) await unlink(name).catch(() => failures.push(error));
      }
    }
  });
  await rmdir(path).catch((error: unknown) => {
    throw failures[0] ?? error;
  });
};

/** Removes a temporary folder. What won't go is told in the log, and fails nobody's work. */
export const discardTree = (path: string): Promise<void> =>
  removeTree(path).catch((error: unknown) => {
    createLogger({ name: 'kernel', level: 'warn' }).warn(
      { path, reason: messageOf(error) },
      'a temporary folder could not be removed',
    );
  });

/** Removes its files and links and hands its folders to `raise`. */
const emptyFolder = async (
  at: string,
  { raise, fail }: { raise: (path: Buffer) => Promise<void>; fail: (error: unknown) => void },
): Promise<void> => {
  let batch: Promise<void>[] = [];
  // A name need not be valid text; the types don't know that this answers bytes.
  const folder = await opendir(at, { encoding: 'buffer' as BufferEncoding, bufferSize: ENTRIES_AT_ONCE });
  for await (const entry of folder) {
    const path = Buffer.concat([Buffer.from(`${at}/`), entry.name as unknown as Buffer]);
    batch.push(
      (entry.isDirectory() ? raise(path) : unlink(path)).catch((error: unknown) => {
        if (!isErrnoException(error, 'ENOENT')) fail(error);
      }),
    );
    if (batch.length < ENTRIES_AT_ONCE) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
};

/** Holds a folder and, if it is ours, makes it one that we may empty; that takes no right to read it. */
const inOwn = async (folder: string | Buffer, work: (at: string) => Promise<void>): Promise<void> => {
  if (process.platform !== 'linux') {
    await chmod(folder, OWN_FOLDER).catch(() => {});
    return work(String(folder));
  }
  const held = await open(folder, PATH_ONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const at = `/proc/self/fd/${held.fd}`;
    await chmod(at, OWN_FOLDER).catch(() => {});
    await work(at);
  } finally {
    await held.close();
  }
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
