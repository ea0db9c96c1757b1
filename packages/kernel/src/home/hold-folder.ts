import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isErrnoException } from '@matrix-os/kit';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
// Linux reaches a folder by its open descriptor, whatever becomes of its name: what openat(2) does, which Node lacks.
const BY_DESCRIPTOR = process.platform === 'linux';

/**
 * Holds one folder of the home open while `work` runs, and gives it a path that can't be led elsewhere: every part below
 * the home is a real folder, and a link that takes its place meanwhile changes nothing. Use `at` only inside of `work`, with
 * one plain name behind it. On systems other than Linux `at` is the plain path, looked at part by part.
 *
 * @param folder slash-separated, from the home on; '' is the home itself
 * @throws AppError `forbidden` where a link or a file stands in place of a folder; `ENOENT` when one is missing
 */
export const inHomeFolder = async <Value>(
  home: string,
  folder: string,
  work: (at: string) => Promise<Value>,
  options: { readonly make?: boolean } = {},
): Promise<Value> => {
  const parts = partsOf(folder);
  let held = await open(home, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    let at = BY_DESCRIPTOR ? `/proc/self/fd/${held.fd}` : home;
    for (const [index, name] of parts.entries()) {
      const next = await openFolder(
        join(at, name),
        parts.slice(0, index + 1).join('/'),
        options.make ?? false,
      );
      await held.close();
      held = next;
      at = BY_DESCRIPTOR ? `/proc/self/fd/${held.fd}` : join(at, name);
    }
    return await work(at);
  } finally {
    await held.close();
  }
};

const openFolder = async (path: string, name: string, make: boolean): Promise<FileHandle> => {
  if (make)
    await mkdir(path).catch((error: unknown) => {
      if (!isErrnoException(error, 'EEXIST')) throw error;
    });
  // Opening a pipe or a device, even one that is refused, could do something.
  if (!(await lstat(path)).isDirectory()) throw notAFolder(name);
  return open(path, FOLDER).catch((error: unknown) => {
    if (isErrnoException(error, 'ENOTDIR') || isErrnoException(error, 'ELOOP')) throw notAFolder(name, error);
    throw error;
  });
};

const notAFolder = (name: string, cause?: unknown): AppError =>
  new AppError('forbidden', `"${name}" must be a real folder. Put one in the place of the link or file.`, {
    cause,
  });

/** The callers' paths are plain ones already; anything else is a mistake of ours. */
const partsOf = (path: string): string[] => {
  if (path === '') return [];
  const parts = path.split('/');
  for (const part of parts)
    if (part === '' || part === '.' || part === '..' || part.includes('\0'))
      throw new TypeError(`not a plain path of the home: ${JSON.stringify(path)}`);
  return parts;
};

/** `a/b/c` → `a/b` and `c`. */
export const splitLast = (path: string): { readonly folder: string; readonly name: string } => {
  const parts = partsOf(path);
  const name = parts.pop();
  if (name === undefined) throw new TypeError('the home itself is no file');
  return { folder: parts.join('/'), name };
};
