import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDirectorySync } from './make-directory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('makes what is missing, and is content with what is there', () => {
  const path = join(folder, 'a', 'b', 'c');
  makeDirectorySync(path, { mode: 0o700 });
  makeDirectorySync(path, { mode: 0o700 });
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

it('refuses a file in the way, at the end or before it', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeDirectorySync(join(folder, 'file'))).toThrow(/EEXIST/);
  expect(() => makeDirectorySync(join(folder, 'file', 'below'))).toThrow(/ENOTDIR/);
});

it('returns where the system will not have a folder', () => {
  expect(() => makeDirectorySync('/proc/no-such-folder/below')).toThrow(/ENOENT/);
});
