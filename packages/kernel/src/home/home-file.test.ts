import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inHomeFolder } from './hold-folder.ts';
import { listHomeFolder, openHomeFile, readHomeFile, writeHomeFile } from './home-file.ts';
import { makePipe, tempFolder } from './temp-folder.fixture.ts';

const SECRET = 'sk-of-the-state';
const setUp = () => {
  const home = tempFolder({ 'system/soul.md': 'calm', 'system/public/profile.md': 'me' });
  const outside = tempFolder({ 'soul.md': SECRET, 'secrets.json': SECRET });
  return { home, outside, soul: join(home, 'system/soul.md') };
};
const read = async (home: string, path = 'system/soul.md', maxBytes = 1000) =>
  (await readHomeFile(home, path, { maxBytes }))?.toString();

describe('reading a file of the home', () => {
  it('gives what is there, and undefined for nothing', async () => {
    const { home } = setUp();
    expect(await read(home)).toBe('calm');
    expect(await read(home, 'system/none.md')).toBeUndefined();
    expect(await read(home, 'none/none.md')).toBeUndefined();
  });

  it.each([
    ['a link to a secret', (path: string, outside: string) => symlinkSync(join(outside, 'soul.md'), path)],
    ['a link to the environment', (path: string) => symlinkSync('/proc/self/environ', path)],
    ['a link within the home', (path: string) => symlinkSync('public/profile.md', path)],
    ['a link to nothing', (path: string) => symlinkSync('nowhere', path)],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a pipe', makePipe],
    ['a socket', (path: string) => void execFileSync('python3', ['-c', SOCKET, path])],
  ])('refuses %s in its place, at once', async (_, put) => {
    const { home, outside, soul } = setUp();
    rmSync(soul);
    put(soul, outside);
    await expect(read(home)).rejects.toMatchObject({ code: 'conflict' });
  });

  // A device can be made by root only, and the tests need not be root's; every device is already one.
  it('refuses a device', async () => {
    await expect(read('/', 'dev/zero')).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each(['system', 'system/public'])('goes through no link in place of the folder %s', async (folder) => {
    const { home, outside } = setUp();
    rmSync(join(home, folder), { recursive: true });
    symlinkSync(outside, join(home, folder));
    await expect(read(home, `${folder}/soul.md`)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listHomeFolder(home, folder)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(writeHomeFile(home, `${folder}/soul.md`, 'mine')).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(readFileSync(join(outside, 'soul.md'), 'utf8')).toBe(SECRET);
    expect(readdirSync(outside)).toEqual(['secrets.json', 'soul.md']);
  });

  it('reads no more than it may', async () => {
    const { home, soul } = setUp();
    truncateSync(soul, 1_000_000_000);
    await expect(read(home)).rejects.toMatchObject({ code: 'too_large' });
    const start = await readHomeFile(home, 'system/soul.md', { maxBytes: 4, cut: true });
    expect(start?.toString()).toBe('calm');
    // Its size is told as 0.
    await expect(read('/proc', 'version', 3)).rejects.toMatchObject({ code: 'too_large' });
  });

  it.each(['../x', 'a//b', '/etc/passwd', './a', 'a/..', ''])('takes %j for a mistake', async (path) => {
    await expect(async () => openHomeFile(tempFolder(), path)).rejects.toThrow(TypeError);
  });
});

describe('the race with a link that takes the place of a folder', () => {
  it('never gives what lies elsewhere, and writes nothing there', async () => {
    const { home, outside } = setUp();
    mkdirSync(join(home, 'real'));
    writeFileSync(join(home, 'real/soul.md'), 'calm');
    symlinkSync(outside, join(home, 'link'));
    // Swaps `system` between the real folder and the link as fast as it can, in a thread of its own.
    rmSync(join(home, 'system'), { recursive: true });
    const swapping = new Worker(SWAP, { eval: true, workerData: home });
    onTestFinished(() => void swapping.terminate());
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    const until = Date.now() + 1500;
    while (Date.now() < until || !seen.has('calm')) {
      await read(home).then(
        (text) => count(text ?? 'missing'),
        (error: { code: string }) => count(error.code),
      );
      await writeHomeFile(home, 'system/soul.md', 'calm').catch(() => undefined);
    }
    await swapping.terminate();
    expect([...seen.keys()]).toContain('forbidden');
    expect([...seen.keys()]).not.toContain(SECRET);
    expect(readdirSync(outside)).toEqual(['secrets.json', 'soul.md']);
    expect(readFileSync(join(outside, 'soul.md'), 'utf8')).toBe(SECRET);
  });

  it('leaves a folder that is held where it is, whatever its name leads to', async () => {
    const { home, outside } = setUp();
    await inHomeFolder(home, 'system', async (at) => {
      renameSync(join(home, 'system'), join(home, 'moved'));
      symlinkSync(outside, join(home, 'system'));
      expect(readFileSync(join(at, 'soul.md'), 'utf8')).toBe('calm');
      writeFileSync(join(at, 'new.md'), 'here');
    });
    expect(existsSync(join(home, 'moved/new.md'))).toBe(true);
    expect(existsSync(join(outside, 'new.md'))).toBe(false);
  });
});

describe('listing and writing', () => {
  it('lists by name, and no more than asked for', async () => {
    const home = tempFolder({ b: '', a: '', 'c/d': '' });
    expect((await listHomeFolder(home, '')).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(await listHomeFolder(home, '', { max: 2 })).toHaveLength(2);
  });

  it('makes the folders, and replaces a link instead of what it leads to', async () => {
    const { home, outside } = setUp();
    await writeHomeFile(home, 'a/b/c.txt', 'x');
    expect(readFileSync(join(home, 'a/b/c.txt'), 'utf8')).toBe('x');
    symlinkSync(join(outside, 'soul.md'), join(home, 'link.md'));
    await writeHomeFile(home, 'link.md', 'mine');
    expect(readFileSync(join(home, 'link.md'), 'utf8')).toBe('mine');
    expect(readFileSync(join(outside, 'soul.md'), 'utf8')).toBe(SECRET);
  });
});

const SOCKET = 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])';

const SWAP = `
  const { renameSync } = require('node:fs');
  const { workerData: home } = require('node:worker_threads');
  let made = 0;
  const move = (from, to) => {
    for (;;) {
      try {
        return renameSync(home + from, home + to);
      } catch {
        // The writer has made a folder where none was.
        renameSync(home + to, home + '/made-' + made++);
      }
    }
  };
  for (;;) {
    move('/real', '/system');
    move('/system', '/real');
    move('/link', '/system');
    move('/system', '/link');
  }
`;
