import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { atomicWriteFile } from './atomic-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('replaces the whole file and leaves nothing beside it', async () => {
  const path = join(folder, 'a.json');
  await atomicWriteFile(path, 'a long first version');
  await atomicWriteFile(path, 'second');
  expect(await readFile(path, 'utf8')).toBe('second');
  expect(await readdir(folder)).toEqual(['a.json']);
});

it('makes a secret readable by its owner alone', async () => {
  const path = join(folder, 'secret');
  await atomicWriteFile(path, 'x', { mode: 0o600 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('never shows a reader half a file', async () => {
  const path = join(folder, 'b');
  const versions = ['a', 'b'].map((letter) => letter.repeat(300_000));
  await atomicWriteFile(path, versions[0] ?? '');
  let writing = true;
  const reader = (async () => {
    const seen = new Set<string>();
    while (writing) seen.add(await readFile(path, 'utf8'));
    return seen;
  })();
  for (let i = 0; i < 40; i++) await atomicWriteFile(path, versions[i % 2] ?? '');
  writing = false;
  for (const content of await reader) expect(versions).toContain(content);
});

it('leaves the old file and no rest behind when the new one can not be put in place', async () => {
  await expect(atomicWriteFile(join(folder, 'missing', 'c'), 'x')).rejects.toThrow(/ENOENT/);
  await expect(atomicWriteFile(folder, 'x')).rejects.toThrow();
  expect(await readdir(folder)).toEqual([]);
});
