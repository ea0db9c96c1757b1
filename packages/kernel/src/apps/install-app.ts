import { cp, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, createId, isErrnoException } from '@matrix-os/kit';
import type { Confinement } from '../home/confine.ts';

/** How half-copied apps are called; such a folder is no app, and git doesn't see it. */
export const INSTALLING_PREFIX = '.installing-';
const ABANDONED_MS = 3_600_000;

/**
 * Copies a gallery app into the home as plain files. It appears complete or not at all, and never in the place of
 * something that is there.
 *
 * @throws AppError `conflict` when `apps/<name>` is taken
 */
export const installApp = async (options: {
  readonly confinement: Confinement;
  readonly source: string;
  readonly name: string;
}): Promise<void> => {
  const apps = await options.confinement.resolve('apps');
  await mkdir(apps, { recursive: true });
  await removeAbandoned(apps);
  const target = join(apps, options.name);
  if ((await lstat(target).catch(() => undefined)) !== undefined) throw taken(options.name);

  const temporary = join(apps, INSTALLING_PREFIX + createId('app'));
  try {
    await cp(options.source, temporary, { recursive: true, dereference: true });
    // A rename never replaces a folder with something in it, so the quicker of two installations wins.
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (isErrnoException(error) && ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(error.code ?? ''))
      throw taken(options.name);
    throw error;
  }
};

const taken = (name: string): AppError =>
  new AppError('conflict', `apps/${name} is there already. Open it, or remove it first.`);

/** What a killed installation left. */
const removeAbandoned = async (apps: string): Promise<void> => {
  for (const name of await readdir(apps)) {
    if (!name.startsWith(INSTALLING_PREFIX)) continue;
    const stats = await lstat(join(apps, name)).catch(() => undefined);
    if (stats && Date.now() - stats.ctimeMs > ABANDONED_MS)
      await rm(join(apps, name), { recursive: true, force: true });
  }
};
