import { lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createId } from '@matrix-os/kit';
import { inHomeFolder } from './hold-folder.ts';

const NAMES = 100;

/**
 * Gives what stands in the place of something of the system's, such as another's `.git`, a free plain name beside it and
 * answers that: `git-set-aside-1`. A rename costs nothing, however large it is, and a snapshot sees it like anything else.
 *
 * @throws Error `ENOENT` when nothing is there
 */
export const setAside = (home: string, name: string): Promise<string> =>
  inHomeFolder(home, '', async (at) => {
    const plain = `${name.replace(/^\.+/, '')}-set-aside`;
    let free = `${plain}-${createId('old')}`;
    for (let number = 1; number <= NAMES; number++) {
      if ((await lstat(join(at, `${plain}-${number}`)).catch(() => undefined)) !== undefined) continue;
      free = `${plain}-${number}`;
      break;
    }
    await rename(join(at, name), join(at, free));
    return free;
  });
