import { constants, type Dirent } from 'node:fs';
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, atomicWriteFile, isErrnoException } from '@matrix-os/kit';
import { inHomeFolder, splitLast } from './hold-folder.ts';
import { inTime } from './in-time.ts';

// macOS refuses a link in any part with this; there it makes up for what the descriptor does on Linux.
const NOFOLLOW_ANY = process.platform === 'darwin' ? 0x20000000 : 0;
// Without O_NONBLOCK a pipe would hang whoever opens it.
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | NOFOLLOW_ANY;

const MAX_ENTRIES = 10_000;
const CHUNK_BYTES = 64 * 1024;

/**
 * Opens a regular file of the home, through no link in any part of its path. The caller closes it.
 *
 * @param path slash-separated, from the home on
 * @throws AppError `conflict` for what is no regular file, `forbidden` where a folder above is none; `ENOENT`, `EACCES`
 */
export const openHomeFile = (home: string, path: string): Promise<FileHandle> => {
  const { folder, name } = splitLast(path);
  return inHomeFolder(home, folder, async (at) => {
    // Opening a device could do something, so that it is looked at first; what was opened is looked at again.
    assertFile(await lstat(join(at, name)), path);
    const handle = await open(join(at, name), FILE).catch((error: unknown) => {
      const code = isErrnoException(error) ? error.code : undefined;
      if (code === 'ELOOP' || code === 'ENXIO' || code === 'ENODEV') throw notAFile(path, 'something else');
      throw error;
    });
    try {
      assertFile(await handle.stat(), path);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
};

type Kind = Pick<Dirent, 'isFile' | 'isSymbolicLink' | 'isDirectory'>;

const assertFile = (kind: Kind, path: string): void => {
  if (kind.isFile()) return;
  throw notAFile(
    path,
    kind.isSymbolicLink() ? 'a link' : kind.isDirectory() ? 'a folder' : 'a pipe or device',
  );
};

const notAFile = (path: string, what: string): AppError =>
  new AppError('conflict', `"${path}" must be a plain file; ${what} stands there.`);

/**
 * The only way in which the OS reads a file of the home: through no link, regular files only, bounded in size and time.
 * Undefined when there is none. With `cut`, a file that is too large gives its beginning.
 *
 * Hard links are not told from the file itself: making one to a file of the state needs access to that, which what runs in
 * the home lacks.
 *
 * @throws AppError as `openHomeFile`, `too_large`, and `timeout` when the disk doesn't answer
 */
export const readHomeFile = async (
  home: string,
  path: string,
  options: { readonly maxBytes: number; readonly cut?: boolean },
): Promise<Buffer | undefined> => {
  try {
    return await inTime(read(home, path, options.maxBytes, options.cut ?? false), path);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
};

const read = async (home: string, path: string, maxBytes: number, cut: boolean): Promise<Buffer> => {
  const handle = await openHomeFile(home, path);
  try {
    const { size } = await handle.stat();
    if (size > maxBytes && !cut) throw tooLarge(path, maxBytes);
    const chunks: Buffer[] = [];
    let length = 0;
    // To its end, whatever size it told: it may grow meanwhile.
    while (length <= maxBytes) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, maxBytes + 1 - length));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, length);
      if (bytesRead === 0) break;
      chunks.push(chunk.subarray(0, bytesRead));
      length += bytesRead;
    }
    if (length > maxBytes && !cut) throw tooLarge(path, maxBytes);
    return Buffer.concat(chunks).subarray(0, maxBytes);
  } finally {
    await handle.close();
  }
};

const tooLarge = (path: string, maxBytes: number): AppError =>
  new AppError('too_large', `"${path}" is larger than the ${inWords(maxBytes)} that are read of it.`);

const inWords = (bytes: number): string =>
  bytes >= 1_000_000 ? `${bytes / 1_000_000} MB` : `${Math.round(bytes / 1000)} kB`;

/**
 * What is in a folder of the home, by name; of a larger one some `max` entries.
 *
 * @throws AppError `forbidden` for a link or a file, `timeout`; `ENOENT`
 */
export const listHomeFolder = async (
  home: string,
  folder: string,
  options: { readonly max?: number } = {},
): Promise<Dirent[]> => {
  const max = options.max ?? MAX_ENTRIES;
  const listing = inHomeFolder(home, folder, async (at) => {
    const found: Dirent[] = [];
    // Leaving the loop closes it.
    for await (const entry of await opendir(at)) {
      if (found.length >= max) break;
      found.push(entry);
    }
    return found;
  });
  const entries = await inTime(listing, folder);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
};

/**
 * Writes a whole file of the home or nothing, in the place of whatever file or link has its name, and makes its folders
 * unless told otherwise.
 *
 * @throws AppError `forbidden` where a folder above is a link or a file
 */
export const writeHomeFile = (
  home: string,
  path: string,
  data: string | Uint8Array,
  options: { readonly mode?: number; readonly makeFolders?: boolean } = {},
): Promise<void> => {
  const { folder, name } = splitLast(path);
  const { makeFolders = true, ...rest } = options;
  return inHomeFolder(home, folder, (at) => atomicWriteFile(join(at, name), data, rest), {
    make: makeFolders,
  });
};
