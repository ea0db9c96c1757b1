import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsProtected, isProtected } from './protected-paths.ts';

describe('protected paths', () => {
  it.each([
    '.git',
    '.git/config',
    '.GIT/hooks/x',
    '.Git',
    './.git/config',
    '.git/',
    '.trash/a',
    '.TRASH',
    '.git./config',
    '.git /config',
    '.g\u200cit/config',
    '．ｇｉｔ/config',
    'GIT~1/config',
    '.git::$INDEX_ALLOCATION/config',
    '\u202e.git',
    'system/.template.json',
    'System/.Template.JSON',
    'system//.template.json',
  ])('protects %j', (path) => expect(isProtected(path)).toBe(true));

  it.each([
    '',
    '.gitignore',
    '.gitkeep',
    'documents/.git-notes',
    'projects/site/.git/config',
    'system',
    'system/soul.md',
    'system/.template.json.bak',
    'git',
    'trash/x',
    '.github/workflows/ci.yml',
    'documents/trash',
  ])('leaves %j to the owner', (path) => expect(isProtected(path)).toBe(false));

  it('protects every upper and lower case of it', () => {
    fc.assert(
      fc.property(
        fc.mixedCase(fc.constantFrom('.git/config', '.trash/x', 'system/.template.json')),
        isProtected,
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  it.each([
    ['dots', `a${'.'.repeat(300_000)}b`],
    ['blanks', `${'x '.repeat(150_000)}y`],
    ['colons', `${':'.repeat(300_000)}\n`],
    ['folders', 'a/'.repeat(150_000)],
    ['invisible letters', '\u200c'.repeat(300_000)],
  ])('takes no longer than a path of %s is', (_, path) => {
    const before = process.cpuUsage();
    expect(isProtected(path)).toBe(false);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });

  it('knows the folders that hold something protected', () => {
    expect(['', 'system', 'SYSTEM/', 'documents', '.git', 'system/public'].map(holdsProtected)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
