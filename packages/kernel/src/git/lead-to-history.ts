import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWriteFile } from '@matrix-os/kit';
import { inHomeFolder } from '../home/hold-folder.ts';
import { setAside } from '../home/set-aside.ts';

const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const MAX_BYTES = 8192;

/**
 * Sees to it that the `.git` of the home is the file that leads git to the history. Anything in the home can put something
 * else there, such as a folder whose configuration runs programs when the owner types "git status" in a terminal. That is
 * set aside first, but for a plain file that leads elsewhere with `starting`: home or state have moved.
 */
export const leadToHistory = async (options: {
  readonly home: string;
  readonly history: string;
  readonly starting: boolean;
  readonly onSetAside: (name: string) => void;
}): Promise<void> => {
  const { home, history, starting, onSetAside } = options;
  const wanted = `gitdir: ${history}\n`;
  const now = await readPointer(home);
  if (now === wanted) return;
  const moved = starting && typeof now === 'string' && now.startsWith('gitdir: ');
  if (now !== null && !moved) onSetAside(await setAside(home, '.git'));
  await inHomeFolder(home, '', (at) => atomicWriteFile(join(at, '.git'), wanted));
};

/** Its text; null for nothing, undefined for what is no such file. */
const readPointer = (home: string): Promise<string | null | undefined> =>
  inHomeFolder(home, '', async (at) => {
    const stats = await lstat(join(at, '.git')).catch(() => null);
    if (stats === null) return null;
    if (!stats.isFile() || stats.size > MAX_BYTES) return undefined;
    const file = await open(join(at, '.git'), FILE).catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  });
