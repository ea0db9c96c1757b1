import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromTreePath, isNestedIndex, shownPaths, toTreePath } from './tree-path.ts';

describe('paths in the history', () => {
  it.each([
    ['documents/a.md', 'documents/a.md'],
    ['.gitignore', '.gitignore'],
    ['p/.git/HEAD', 'p/%.git/HEAD'],
    ['p/.GIT', 'p/%.GIT'],
    ['p/%.git', 'p/%%.git'],
    ['.gitmodules', '%.gitmodules'],
  ])('calls %s %s', (path, tree) => expect([toTreePath(path), fromTreePath(tree)]).toEqual([tree, path]));

  it('stand for one path each, and never have a part that git refuses', () => {
    const part = fc.oneof(
      fc.mixedCase(fc.constantFrom('.git', '%.git', '%%.git', '.gitmodules', '.gitignore', 'a.git')),
      fc.string({ minLength: 1 }).filter((text) => !text.includes('/')),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const path = parts.join('/');
        expect(fromTreePath(toTreePath(path))).toBe(path);
        expect(toTreePath(path).toLowerCase().split('/')).not.toContain('.git');
      }),
    );
  });

  it('are shown by the repository that they belong to', () => {
    expect(shownPaths(['a', 'p/.git/HEAD', 'p/.git/objects/x', 'p/.git', 'q/.github/x'])).toEqual([
      'a',
      'p/.git',
      'q/.github/x',
    ]);
    expect(
      ['p/.git/index', 'p/.git/modules/s/index', 'p/.git/refs/heads/index', 'index'].map(isNestedIndex),
    ).toEqual([true, true, false, false]);
  });
});
