import { describe, expect, it } from 'vitest';
import { baseName, concerns, fileUrl, formatBytes, joinPath, parentOf, trail } from './paths.ts';

describe('paths of the home', () => {
  it('takes apart what it joins', () => {
    for (const folder of ['', 'a', 'a/b c']) {
      const path = joinPath(folder, 'x.txt');
      expect(parentOf(path)).toBe(folder);
      expect(baseName(path)).toBe('x.txt');
    }
  });

  it('keeps the meaning of every character in an address', () => {
    expect(fileUrl('a b/100%/#1?.txt')).toBe('/files/a%20b/100%25/%231%3F.txt');
    expect(fileUrl('', true)).toBe('/files/');
    expect(fileUrl('docs', true)).toBe('/files/docs/');
  });

  it('names each folder on the way', () => {
    expect(trail('a/b/c').map(({ path }) => path)).toEqual(['a', 'a/b', 'a/b/c']);
    expect(trail('')).toEqual([]);
  });

  it('knows which list a change shows in', () => {
    expect(concerns('', 'a')).toBe(true);
    expect(concerns('', 'a/b')).toBe(false);
    expect(concerns('a', 'a/b')).toBe(true);
    expect(concerns('a/b', 'a')).toBe(true);
    expect(concerns('a', 'ab')).toBe(false);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.5 kB'],
    [999_999, '1.0 MB'],
    [123_456_789, '123 MB'],
  ])('writes %i bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
