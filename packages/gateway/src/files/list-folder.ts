import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry } from '@matrix-os/contracts';
import { type Confinement, inHomeFolder, isProtected, listHomeFolder } from '@matrix-os/kernel';
import { AppError, isAppError } from '@matrix-os/kit';
import { readFailure } from './open-file.ts';

/** More than any window can show. */
const MAX_ENTRIES = 50_000;

/**
 * What the owner sees of a folder, folders first. A link shows as what it leads to, if that is in the home.
 *
 * @throws AppError `not_found` for what is no folder
 */
export const listFolder = async (confinement: Confinement, folder: string): Promise<FileEntry[]> => {
  const { home } = confinement;
  const listed = await listHomeFolder(home, folder, { max: MAX_ENTRIES }).catch((error: unknown) => {
    if (isAppError(error, 'forbidden'))
      throw new AppError('not_found', `"${folder}" is a file. Leave the / at the end away to read it.`);
    throw readFailure(error, folder);
  });
  const entries = await inHomeFolder(home, folder, (at) =>
    Promise.all(
      listed
        .map(({ name }) => ({ name, path: folder === '' ? name : `${folder}/${name}` }))
        .filter(({ path }) => !isProtected(path))
        .map(({ name, path }) => describe(confinement, name, path, join(at, name))),
    ),
  );
  return entries
    .filter((entry) => entry !== undefined)
    .sort((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name) : a.kind === 'folder' ? -1 : 1));
};

/** Undefined for what can't be opened anyway: gone meanwhile, a link out of the home, a socket, a device. */
const describe = async (
  confinement: Confinement,
  name: string,
  path: string,
  absolute: string,
): Promise<FileEntry | undefined> => {
  try {
    let stats = await lstat(absolute);
    if (stats.isSymbolicLink()) {
      const target = await confinement.resolve(path);
      if (isProtected(confinement.relative(target))) return undefined;
      stats = await lstat(target);
    }
    if (!stats.isFile() && !stats.isDirectory()) return undefined;
    const kind = stats.isDirectory() ? 'folder' : 'file';
    return { name, kind, bytes: kind === 'file' ? stats.size : 0, modifiedAt: stats.mtime.toISOString() };
  } catch {
    return undefined;
  }
};
