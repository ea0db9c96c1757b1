import { type FileHandle, lstat } from 'node:fs/promises';
import { openHomeFile } from '@matrix-os/kernel';
import { AppError, isAppError, isErrnoException } from '@matrix-os/kit';

export interface OpenFile {
  readonly handle: FileHandle;
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** Strong: another content has another inode or another nanosecond. */
  readonly etag: string;
}

/**
 * Opens a regular file of the home. Its path has been resolved, so that a link in it now was put there in between; none is
 * followed.
 *
 * @throws AppError `not_found` for what is no file, `forbidden` for one that may not be read
 */
export const openFile = async (home: string, path: string, name: string): Promise<OpenFile> => {
  const handle = await openHomeFile(home, path).catch((error: unknown) => {
    if (isAppError(error, 'conflict'))
      throw new AppError('not_found', `"${name}" is no file. End the path with / to list a folder.`);
    throw readFailure(error, name);
  });
  try {
    const stats = await handle.stat({ bigint: true });
    return {
      handle,
      bytes: Number(stats.size),
      modifiedAt: stats.mtime,
      etag: `"${stats.ino.toString(36)}-${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}"`,
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/** The tag of what is at a path now; undefined when there is no file. */
export const currentEtag = async (absolute: string): Promise<string | undefined> => {
  const stats = await lstat(absolute, { bigint: true }).catch((error: unknown) => {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (stats === undefined) return undefined;
  return `"${stats.ino.toString(36)}-${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}"`;
};

const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENODEV']);

export const readFailure = (error: unknown, name: string): unknown => {
  if (!isErrnoException(error)) return error;
  if (MISSING.has(error.code ?? ''))
    return new AppError('not_found', `There is no "${name}".`, { cause: error });
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new AppError('forbidden', `The OS may not read "${name}". Change its permissions.`, {
      cause: error,
    });
  return error;
};
