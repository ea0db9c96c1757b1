import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isAppError } from '@matrix-os/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConfinement } from './confine.ts';
import { tempFolder, writeFiles } from './temp-folder.fixture.ts';

const setUp = (): string => {
  const home = join(tempFolder(), 'home');
  writeFiles(home, { 'documents/a.md': 'a', 'apps/todo/index.html': '', 'a.txt': '' });
  const outside = tempFolder({ 'secret/key': 'secret' });
  symlinkSync(outside, join(home, 'out'));
  symlinkSync(join(outside, 'secret/key'), join(home, 'documents/key'));
  symlinkSync(join(outside, 'not-yet'), join(home, 'dangling'));
  symlinkSync('../../..', join(home, 'apps/todo/up'));
  symlinkSync('loop', join(home, 'loop'));
  symlinkSync('documents', join(home, 'docs'));
  symlinkSync('/', join(home, 'root'));
  mkdirSync(`${home}-sibling`);
  symlinkSync(`${home}-sibling`, join(home, 'sibling'));
  return home;
};

describe('confinement', () => {
  it('answers real paths for what exists and what does not yet', async () => {
    const home = setUp();
    const { resolve, relative } = createConfinement(home);
    expect(await resolve('documents/a.md')).toBe(join(home, 'documents/a.md'));
    expect(await resolve('docs/new/deep.md')).toBe(join(home, 'documents/new/deep.md'));
    expect(await resolve('docs', { lastLink: 'keep' })).toBe(join(home, 'docs'));
    expect(await resolve('documents/')).toBe(join(home, 'documents'));
    expect(await resolve('')).toBe(home);
    expect(await resolve('...hidden/..name')).toBe(join(home, '...hidden/..name'));
    expect(relative(join(home, 'documents/a.md'))).toBe('documents/a.md');
    expect(relative(home)).toBe('');
    expect(() => relative(`${home}-sibling`)).toThrow('outside');
  });

  it.each([
    '..',
    '../x',
    'a/../../x',
    '/etc/passwd',
    '//etc/passwd',
    'a//b',
    './a',
    'a/.',
    'a\\..\\..\\x',
    'a\0b',
    'a\nb',
    '\u007f',
    'x'.repeat(256),
    'é'.repeat(128),
    'a/'.repeat(2049),
    '\ud800',
  ])('refuses the malformed %j', async (path) => {
    await expect(createConfinement(setUp()).resolve(path)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it.each([
    'out',
    'out/',
    'out/new.md',
    'out/secret/key',
    'documents/key',
    'dangling',
    'dangling/x',
    'apps/todo/up/x',
    'loop',
    'loop/x',
    'root',
    'root/etc/passwd',
    'sibling/x',
  ])('refuses %j, which leaves the home', async (path) => {
    await expect(createConfinement(setUp()).resolve(path)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('refuses a file as a folder', async () => {
    await expect(createConfinement(setUp()).resolve('a.txt/b')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('never answers a path outside, whatever it is asked', async () => {
    const home = setUp();
    const { resolve } = createConfinement(home);
    const segment = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        'out',
        'documents',
        'docs',
        'key',
        'dangling',
        'up',
        'apps',
        'todo',
        'loop',
        'root',
        'etc',
        'sibling',
        'a.md',
        '%2e%2e',
        '..%2f',
        '\u2024\u2024',
        '．．',
        '..;',
        '.. ',
        'C:',
        '~',
        '\\..',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    const path = fc.tuple(fc.constantFrom('', '/', './', '../'), fc.array(segment, { maxLength: 8 }));
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(path, fc.constantFrom('follow', 'keep'), async ([front, segments], lastLink) => {
        const asked = front + segments.join('/');
        try {
          const answer = await resolve(asked, { lastLink } as { lastLink: 'follow' | 'keep' });
          accepted += 1;
          expect(answer === home || answer.startsWith(home + sep)).toBe(true);
          // Independent of our own walk: the deepest part that exists is really inside.
          expect(deepest(lastLink === 'keep' ? join(answer, '..') : answer, home)).toMatch(
            new RegExp(`^${home}(/|$)`),
          );
        } catch (error) {
          if (!isAppError(error)) throw error;
        }
      }),
      { numRuns: 5000, seed: 20261123 },
    );
    expect(accepted).toBeGreaterThan(200);
  }, 30_000);
});

const deepest = (path: string, home: string): string => {
  if (!path.startsWith(home)) return home;
  try {
    return realpathSync(path);
  } catch {
    return deepest(join(path, '..'), home);
  }
};
