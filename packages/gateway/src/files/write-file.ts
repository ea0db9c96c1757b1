import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inHomeFolder, splitLast } from '@matrix-os/kernel';
import { AppError, isAppError, isErrnoException } from '@matrix-os/kit';
import { currentEtag } from './open-file.ts';

export interface Conditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** What an unfinished write is called, so that nobody is told about it. */
export const isUnfinishedWrite = (name: string): boolean => /\.[0-9a-f]{12}\.tmp$/.test(name);

/**
 * Streams `body` into a file beside the target and renames it when all of it is there: a reader, or a power cut, sees
 * the old content or the new one, and memory holds no more than a piece.
 *
 * @throws AppError `conflict` when the conditions don't hold or a folder is in the way, `not_found` without its folder
 */
export const writeFile = (options: {
  home: string;
  /** Relative to it, resolved and checked. */
  path: string;
  name: string;
  body: AsyncIterable<Uint8Array>;
  conditions: Conditions;
}): Promise<{ created: boolean; etag: string }> => {
  const { folder, name: last } = splitLast(options.path);
  return inFolder(options, folder, (at) => writeIn(at, join(at, last), options));
};

const writeIn = async (
  folder: string,
  absolute: string,
  options: { name: string; body: AsyncIterable<Uint8Array>; conditions: Conditions },
): Promise<{ created: boolean; etag: string }> => {
  const { name, conditions } = options;
  const before = await statTarget(absolute, name);
  await assertConditions({ absolute, name, conditions });
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}.tmp`);
  const file = await openTemporary(temporary, before?.mode, name);
  try {
    try {
      for await (const chunk of options.body) await writeAll(file, chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    // Asked again: receiving may have taken long.
    await assertConditions({ absolute, name, conditions });
    await rename(temporary, absolute);
  } catch (error) {
    await rm(temporary, { force: true });
    throw writeFailure(error, name);
  }
  return { created: before === undefined, etag: (await currentEtag(absolute)) ?? '' };
};

/** @throws AppError `conflict` when something has that name, `not_found` without its parent */
export const makeFolder = (target: { home: string; path: string; name: string }): Promise<void> => {
  if (target.path === '') throw new AppError('conflict', 'Your home is there already.');
  const { folder, name: last } = splitLast(target.path);
  return inFolder(target, folder, (at) => mkdir(join(at, last)));
};

/** The folder can't be exchanged for a link meanwhile; failures are told in the caller's words. */
export const inFolder = async <Value>(
  { home, name }: { home: string; name: string },
  folder: string,
  work: (at: string) => Promise<Value>,
): Promise<Value> => {
  try {
    return await inHomeFolder(home, folder, work);
  } catch (error) {
    throw isAppError(error) ? error : writeFailure(error, name);
  }
};

export const writeFailure = (error: unknown, name: string): unknown => {
  if (!isErrnoException(error)) return error;
  const failure = FAILURES[error.code ?? ''];
  return failure === undefined
    ? error
    : new AppError(failure[0], `"${name}" ${failure[1]}`, { cause: error });
};

const FAILURES: Readonly<
  Record<string, readonly ['not_found' | 'conflict' | 'forbidden' | 'invalid_input' | 'unavailable', string]>
> = {
  ENOENT: ['not_found', 'needs a folder that is not there. Make the folder first.'],
  ENOTDIR: ['not_found', 'leads through a file as if it were a folder.'],
  EEXIST: ['conflict', 'is there already.'],
  ENOTEMPTY: ['conflict', 'is there already.'],
  EISDIR: ['conflict', 'is a folder.'],
  EINVAL: ['invalid_input', 'can not be put there.'],
  ENAMETOOLONG: ['invalid_input', 'is too long a name.'],
  EACCES: ['forbidden', 'may not be written by the OS. Change its permissions.'],
  EPERM: ['forbidden', 'may not be written by the OS. Change its permissions.'],
  EROFS: ['unavailable', 'is on a read-only disk.'],
  ENOSPC: ['unavailable', 'does not fit: the disk is full. Delete something and empty the bin.'],
  EDQUOT: ['unavailable', 'does not fit: your quota is used up.'],
};

const statTarget = async (absolute: string, name: string) => {
  const stats = await lstat(absolute).catch((error: unknown) => {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw writeFailure(error, name);
  });
  if (stats?.isDirectory()) throw new AppError('conflict', `"${name}" is a folder.`);
  if (stats !== undefined && !stats.isFile()) throw new AppError('conflict', `"${name}" is no plain file.`);
  return stats;
};

const assertConditions = async ({
  absolute,
  name,
  conditions,
}: {
  absolute: string;
  name: string;
  conditions: Conditions;
}): Promise<void> => {
  if (conditions.ifMatch === undefined && conditions.ifNoneMatch === undefined) return;
  const etag = await currentEtag(absolute);
  const listed = (header: string) =>
    header.split(',').some((one) => one.trim() === '*' || one.trim() === etag);
  if (conditions.ifMatch !== undefined && (etag === undefined || !listed(conditions.ifMatch)))
    throw new AppError('conflict', `"${name}" has changed since you read it. Read it again first.`);
  if (conditions.ifNoneMatch !== undefined && etag !== undefined && listed(conditions.ifNoneMatch))
    throw new AppError('conflict', `"${name}" is there already.`);
};

/** With the replaced file's mode, so that a script stays executable. */
const openTemporary = async (path: string, mode: number | undefined, name: string): Promise<FileHandle> => {
  try {
    const file = await open(path, 'wx', 0o644);
    if (mode !== undefined) await file.chmod(mode & 0o777);
    return file;
  } catch (error) {
    throw writeFailure(error, name);
  }
};

const writeAll = async (file: FileHandle, chunk: Uint8Array): Promise<void> => {
  let offset = 0;
  while (offset < chunk.byteLength) offset += (await file.write(chunk, offset)).bytesWritten;
};
