import { link, lstat, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { splitLast } from '@matrix-os/kernel';
import { AppError, isErrnoException } from '@matrix-os/kit';
import { inFolder, writeFailure } from './write-file.ts';

/**
 * Renames without ever replacing: a plain file atomically (link, then unlink), anything else after a look. The paths are
 * relative to the home, resolved and checked.
 *
 * @throws AppError `conflict`, `not_found`
 */
export const moveFile = (
  home: string,
  from: string,
  to: string,
  names: { from: string; to: string },
): Promise<void> => {
  const [source, target] = [splitLast(from), splitLast(to)];
  return inFolder({ home, name: names.from }, source.folder, (at) =>
    inFolder({ home, name: names.to }, target.folder, (there) =>
      move(join(at, source.name), join(there, target.name), names),
    ),
  );
};

const move = async (from: string, to: string, names: { from: string; to: string }): Promise<void> => {
  const stats = await lstat(from).catch((error: unknown) => {
    if (isErrnoException(error, 'ENOENT')) throw new AppError('not_found', `There is no "${names.from}".`);
    throw writeFailure(error, names.from);
  });
  if ((await lstat(to).catch(() => undefined)) !== undefined)
    throw new AppError('conflict', `"${names.to}" is there already.`);
  try {
    if (stats.isFile() && (await linked(from, to))) await unlink(from);
    else await rename(from, to);
  } catch (error) {
    throw writeFailure(error, names.to);
  }
};

/** False where the file system has no hard links. */
const linked = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].some((code) => isErrnoException(error, code)))
      return false;
    throw error;
  }
};
