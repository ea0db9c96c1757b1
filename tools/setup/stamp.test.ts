import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CACHE, ROOT } from './paths.mjs';
import { digest, isStamped, stamp } from './stamp.mjs';

let folder: string;
let path: string;
beforeEach(() => {
  mkdirSync(CACHE, { recursive: true });
  folder = mkdtempSync(join(CACHE, 'stamp-test-'));
  path = relative(ROOT, folder);
  writeFileSync(join(folder, 'a.ts'), 'one');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('goes by content, not by time', () => {
  const before = digest([path]);
  utimesSync(join(folder, 'a.ts'), 0, 0);
  expect(digest([path])).toBe(before);
  writeFileSync(join(folder, 'a.ts'), 'two');
  expect(digest([path])).not.toBe(before);
});

it('notices a file that came, went or was renamed', () => {
  const seen = new Set([digest([path])]);
  writeFileSync(join(folder, 'b.ts'), '');
  seen.add(digest([path]));
  rmSync(join(folder, 'a.ts'));
  writeFileSync(join(folder, 'c.ts'), 'one');
  seen.add(digest([path]));
  expect(seen.size).toBe(3);
});

it('looks past what was built or installed', () => {
  const before = digest([path]);
  for (const name of ['node_modules', 'dist', '.types']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'x.js'), 'x');
  }
  expect(digest([path])).toBe(before);
});

it('remembers the last digest of a name', () => {
  const name = `test-${process.pid}`;
  try {
    expect(isStamped(name, 'x')).toBe(false);
    stamp(name, 'x');
    expect(isStamped(name, 'x')).toBe(true);
    expect(isStamped(name, 'y')).toBe(false);
  } finally {
    rmSync(join(CACHE, 'stamps', name), { force: true });
  }
});
