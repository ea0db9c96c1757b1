import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPathScanner } from './path-scanner.ts';

const scan = (pieces: readonly string[]): (string | undefined)[] => {
  const scanner = createPathScanner();
  return pieces.map((piece) => scanner.take(piece));
};

test.each([
  ['{"file_path":"a.txt"', 'a.txt'],
  ['{"content":"x","file_path" : "a.txt"', 'a.txt'],
  ['{"notebook_path":"a.ipynb"', 'a.ipynb'],
  ['{"edits":[{"file_path":"inner"}],"more":{"file_path":"inner"},"file_path":"outer"', 'outer'],
  [String.raw`{"content":"\"file_path\":\"no\"","file_path":"a\\\"bé"`, 'a\\"bé'],
  ['{"file_path":"a.tx', undefined],
  ['{"file_path":7,"x":"y"}', undefined],
  ['{"path":"a.txt"}', undefined],
  ['["file_path","a.txt"]', undefined],
  [String.raw`{"file_path":"\x"}`, undefined],
  ['}}}{"', undefined],
  [`{"content":"${'x'.repeat(70_000)}","file_path":"late"}`, undefined],
  [`{"file_path":"${'x'.repeat(5000)}"}`, undefined],
])('%#', (json, path) => {
  expect(scan([json, ''])[0]).toBe(json.length > 64_000 ? scan([json])[0] : path);
  expect(scan([...json]).find((found) => found !== undefined)).toBe(path);
});

test('finds it once, wherever the pieces are cut', () => {
  const cut = (json: string, at: readonly number[]): string[] => {
    const cuts = [0, ...at.map((one) => one % json.length).sort((a, b) => a - b), json.length];
    return cuts.slice(1).map((end, index) => json.slice(cuts[index], end));
  };
  fc.assert(
    fc.property(
      fc.string({ maxLength: 50, unit: 'binary' }),
      fc.jsonValue(),
      fc.array(fc.nat()),
      (path, more, at) => {
        const json = JSON.stringify({ more, file_path: path, content: '"file_path":"no"' });
        const found = scan(cut(json, at)).filter((one) => one !== undefined);
        expect(found).toEqual([path]);
      },
    ),
  );
});
