import { linkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { scanWorktree } from './scan-worktree.ts';

const MAX_PAUSE_MS = 250;

describe('looking through the home', () => {
  it('holds nobody up, whatever a folder has in it', async () => {
    const home = tempFolder({ 'many/0': 'x' });
    // A file system may allow no more links of one file.
    for (let n = 1; n < 60_000; n++) linkSync(join(home, 'many/0'), join(home, 'many', String(n)));
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const { files } = await scanWorktree(home);
    delay.disable();
    expect(files.size).toBe(60_000);
    expect(delay.max / 1e6).toBeLessThan(MAX_PAUSE_MS);
  });

  it('looks at all else when one folder has too much in it, and says so once', async () => {
    const home = tempFolder({ 'letters/old/ada.md': 'x' });
    writeFiles(home, Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`many/${n}`, ''])));
    const { files, unreadable } = await scanWorktree(home, { total: 2000, perFolder: 256 });
    expect([files.has('letters/old/ada.md'), files.size]).toEqual([true, 257]);
    expect([...unreadable]).toEqual([['many', expect.stringContaining('more than 256 files')]]);
  });

  it('counts folders too, and says so once', async () => {
    const home = tempFolder();
    for (let n = 0; n < 600; n++) mkdirSync(join(home, 'many', String(n), 'deep'), { recursive: true });
    const { unreadable } = await scanWorktree(home, { total: 600, perFolder: 1000 });
    expect([...unreadable.values()]).toEqual(['your home has more than 600 files']);
  });
});
