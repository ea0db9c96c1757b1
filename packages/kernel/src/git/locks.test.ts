import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../home/temp-folder.fixture.ts';
import { clearStaleLocks } from './locks.ts';

describe('git’s lock files', () => {
  // Who holds a file is known from /proc.
  it.runIf(existsSync('/proc/self/fd'))('stay as long as a process holds them, and not longer', async () => {
    const folder = tempFolder({
      HEAD: 'ref: refs/heads/main\n',
      'index.lock': '',
      'refs/heads/main.lock': '',
    });
    const held = await open(join(folder, 'refs/heads/main.lock'));
    await expect(clearStaleLocks(folder, 0)).rejects.toMatchObject({ code: 'unavailable' });
    expect(existsSync(join(folder, 'refs/heads/main.lock'))).toBe(true);
    expect(existsSync(join(folder, 'index.lock'))).toBe(false);
    await held.close();
    await clearStaleLocks(folder, 0);
    expect(existsSync(join(folder, 'refs/heads/main.lock'))).toBe(false);
  });
});
