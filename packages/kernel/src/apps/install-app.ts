import { lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, createId, isErrnoException } from '@matrix-os/kit';
import { inHomeFolder } from '../home/hold-folder.ts';
import { listHomeFolder, readHomeFile, writeHomeFile } from '../home/home-file.ts';
import { removeTree } from '../home/tree-files.ts';

/** How half-copied apps are called; such a folder is no app, and git doesn't see it. */
export const INSTALLING_PREFIX = '.installing-';
const ABANDONED_MS = 3_600_000;
const MAX_FILE_BYTES = 100_000_000;

/**
 * Copies a gallery app into the home as plain files. It appears complete or not at all, and never in the place of
 * something that is there.
 *
 * @throws AppError `conflict` when `apps/<name>` is taken, `forbidden` when `apps` is no real folder
 */
export const installApp = async (options: {
  readonly home: string;
  /** The release, whose gallery has it. */
  readonly templatePath: string;
  readonly name: string;
}): Promise<void> => {
  const { home, templatePath, name } = options;
  const inApps = <Value>(work: (at: string) => Promise<Value>): Promise<Value> =>
    inHomeFolder(home, 'apps', work, { make: true });
  await removeAbandoned(home, inApps);
  const there = await inApps((at) => lstat(join(at, name)).catch(() => undefined));
  if (there !== undefined) throw taken(name);

  const temporary = INSTALLING_PREFIX + createId('app');
  try {
    await copyFolder(templatePath, `gallery/${name}`, home, `apps/${temporary}`);
    // A rename never replaces a folder with something in it, so the quicker of two installations wins.
    await inApps((at) => rename(join(at, temporary), join(at, name)));
  } catch (error) {
    await inApps((at) => removeTree(join(at, temporary)));
    if (isErrnoException(error) && ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(error.code ?? ''))
      throw taken(name);
    throw error;
  }
};

const copyFolder = async (root: string, from: string, home: string, to: string): Promise<void> => {
  for (const entry of await listHomeFolder(root, from)) {
    const [source, target] = [`${from}/${entry.name}`, `${to}/${entry.name}`];
    if (entry.isDirectory()) await copyFolder(root, source, home, target);
    else if (entry.isFile()) {
      const content = await readHomeFile(root, source, { maxBytes: MAX_FILE_BYTES });
      if (content !== undefined) await writeHomeFile(home, target, content);
    }
  }
};

const taken = (name: string): AppError =>
  new AppError('conflict', `apps/${name} is there already. Open it, or remove it first.`);

/** What a killed installation left. */
const removeAbandoned = async (
  home: string,
  inApps: (work: (at: string) => Promise<void>) => Promise<void>,
): Promise<void> => {
  await inApps(async () => undefined);
  for (const { name } of await listHomeFolder(home, 'apps')) {
    if (!name.startsWith(INSTALLING_PREFIX)) continue;
    await inApps(async (at) => {
      const stats = await lstat(join(at, name)).catch(() => undefined);
      if (stats && Date.now() - stats.ctimeMs > ABANDONED_MS) await removeTree(join(at, name));
    });
  }
};
