import { readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@matrix-os/kit';
import { NEXT } from './commit.ts';

// Longer than a commit in the terminal takes.
const PATIENCE_MS = 10_000;
const LOOK_AGAIN_MS = 100;

/**
 * Removes the lock files that a killed git left, for nothing else ever would. One that a living process holds open is
 * waited for; one that nobody holds is looked at twice, since git closes its lock just before it renames it.
 *
 * @throws AppError `unavailable` when another git keeps the repository busy
 */
export const clearStaleLocks = async (gitFolder: string, patienceMs = PATIENCE_MS): Promise<void> => {
  for (const lock of await lockPaths(gitFolder)) {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const before = await identity(lock);
      if (before === undefined) break;
      const held = await isOpenSomewhere(lock);
      await delay(LOOK_AGAIN_MS);
      if (!held && (await identity(lock)) === before && !(await isOpenSomewhere(lock))) {
        await rm(lock, { force: true });
        break;
      }
      if (Date.now() >= deadline)
        throw new AppError('unavailable', 'Another git is at work in your home. Try again when it is done.');
    }
  }
};

const lockPaths = async (gitFolder: string): Promise<string[]> => {
  const head = await readFile(join(gitFolder, 'HEAD'), 'utf8').catch(() => '');
  const branch = /^ref: (refs\/[\w./-]+)\s*$/.exec(head)?.[1];
  const names = ['index', 'HEAD', 'packed-refs', 'config', NEXT, ...(branch ? [branch] : [])];
  return names.map((name) => join(gitFolder, `${name}.lock`));
};

const identity = async (path: string): Promise<string | undefined> => {
  const stats = await stat(path).catch(() => undefined);
  return stats && `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
};

/** Where there is no /proc (macOS), the second look alone decides. */
const isOpenSomewhere = async (path: string): Promise<boolean> => {
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const process of processes) {
    const folder = join('/proc', process, 'fd');
    for (const fd of await readdir(folder).catch(() => []))
      if ((await readlink(join(folder, fd)).catch(() => '')) === path) return true;
  }
  return false;
};
