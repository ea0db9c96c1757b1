import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flip } from './flip.fixture.ts';
import { tempFolder } from './temp-folder.fixture.ts';
import { removeTree } from './tree-files.ts';

const NOBODY = 65_534;
const SCRIPT = `
  const { removeTree } = await import(process.argv[1]);
  await removeTree(process.argv[2]);
`;

/** Removes it as somebody whom permissions hold back, which root's are not. */
const removeAsNobody = (path: string): string => {
  const root = process.getuid?.() === 0;
  const { stderr } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      SCRIPT,
      join(import.meta.dirname, 'tree-files.ts'),
      path,
    ],
    { encoding: 'utf8', ...(root ? { uid: NOBODY, gid: NOBODY } : {}) },
  );
  return stderr;
};

const giveAway = (folder: string, paths: readonly string[]): void => {
  if (process.getuid?.() !== 0) return;
  for (const path of ['', ...paths]) chownSync(join(folder, path), NOBODY, NOBODY);
};

describe('removing a tree', () => {
  it('takes folders along that nobody may write, list or enter, as module caches have them', () => {
    const folder = tempFolder({
      'cache/mod/deep/go.mod': 'x',
      'cache/shut/x': 'x',
      'cache/unlisted/y/z': 'x',
    });
    giveAway(folder, [
      'cache',
      'cache/mod',
      'cache/mod/deep',
      'cache/shut',
      'cache/unlisted',
      'cache/unlisted/y',
    ]);
    for (const path of ['mod/deep', 'mod']) chmodSync(join(folder, 'cache', path), 0o555);
    chmodSync(join(folder, 'cache/shut'), 0);
    chmodSync(join(folder, 'cache/unlisted'), 0o300);
    expect(removeAsNobody(join(folder, 'cache'))).toBe('');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes one along that is very deep, and holds few folders open meanwhile', () => {
    const folder = tempFolder({ 'tree/file': '' });
    mkdirSync(join(folder, 'tree', ...Array.from({ length: 300 }, () => 'd')), { recursive: true });
    const remove = `ulimit -n 64; exec "$0" --disable-warning=ExperimentalWarning --input-type=module -e "$1" "$2" "$3"`;
    const { stderr } = spawnSync(
      '/bin/bash',
      [
        '-c',
        remove,
        process.execPath,
        SCRIPT,
        join(import.meta.dirname, 'tree-files.ts'),
        join(folder, 'tree'),
      ],
      { encoding: 'utf8' },
    );
    expect([stderr, readdirSync(folder)]).toEqual(['', []]);
  });

  it('takes links for what they are, and nothing for removed', async () => {
    const folder = tempFolder({ 'tree/a': '', 'tree/z/b': '' });
    await removeTree(join(folder, 'none'));
    symlinkSync('/etc', join(folder, 'tree/link'));
    await removeTree(join(folder, 'tree'));
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync('/etc/passwd')).toBe(true);
  });

  it('never removes what a link leads to that takes the place of a folder meanwhile', async () => {
    const outside = tempFolder({ keep: '', 'deep/keep': '' });
    const folder = tempFolder({ 'tree/x/y': '' });
    const stop = flip(join(folder, 'tree/x'), outside);
    for (let n = 0; n < 100; n++) {
      await removeTree(join(folder, 'tree')).catch(() => {});
      try {
        mkdirSync(join(folder, 'tree/x'), { recursive: true });
      } catch {
        // The link is there, and leads somewhere.
      }
    }
    await stop();
    expect(readdirSync(outside, { recursive: true }).sort()).toEqual(['deep', 'deep/keep', 'keep']);
  });
});
