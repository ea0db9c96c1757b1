import { describe, expect, it } from 'vitest';
import { visibleLine, visibleParagraphs, visiblePieces, visibleText } from './visible-text.ts';

const marks = (text: string): string[] =>
  visiblePieces(text)
    .filter(({ kind }) => kind === 'mark')
    .map((piece) => piece.text);

describe('what is shown of a text', () => {
  it.each([
    ['NUL', 'a\0b', 'a⟨NUL⟩b'],
    ['ESC', '\u001b[2Kls', '⟨ESC⟩[2Kls'],
    ['a lone CR', 'rm -rf x\rls', 'rm -rf x⟨CR⟩ls'],
    ['a tab', 'a\tb', 'a⟨TAB⟩b'],
    ['a C1 control', 'a\u009bb', 'a⟨U+009B⟩b'],
    ['an override', 'a\u202eb\u202c', 'a⟨U+202E⟩b⟨U+202C⟩'],
    ['isolates', '\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
    ['directional marks', 'a\u200e\u200f\u061cb', 'a⟨U+200E⟩⟨U+200F⟩⟨U+061C⟩b'],
    ['zero width', 'a\u200bb\u2060c\ufeffd', 'a⟨U+200B⟩b⟨U+2060⟩c⟨U+FEFF⟩d'],
    ['a soft hyphen', 'a\u00adb', 'a⟨U+00AD⟩b'],
    ['NBSP', 'a\u00a0b', 'a⟨NBSP⟩b'],
    ['wide spaces', 'a\u3000b\u2003c', 'a⟨U+3000⟩b⟨U+2003⟩c'],
    ['separators', 'a\u2028b\u2029c', 'a⟨U+2028⟩b⟨U+2029⟩c'],
    ['blank braille', 'a\u2800b', 'a⟨U+2800⟩b'],
    ['Hangul fillers', '\u115f\u1160\u3164\uffa0', '⟨U+115F⟩⟨U+1160⟩⟨U+3164⟩⟨U+FFA0⟩'],
    ['tags', 'a\u{e0041}b', 'a⟨U+E0041⟩b'],
    ['half a character', 'a\ud800b', 'a⟨U+D800⟩b'],
    ['private use', 'a\ue000b', 'a⟨U+E000⟩b'],
    ['a selector that selects nothing', 'rm 1\ufe0f', 'rm 1⟨U+FE0F⟩'],
    ['a joiner between letters it does not join', 'a\u200db', 'a⟨U+200D⟩b'],
    ['spaces that push away', `a${' '.repeat(300)}b`, 'a⟨300 spaces⟩b'],
    ['signs that pile up', `a${'\u0301'.repeat(30)}b`, 'a\u0301\u0301\u0301⟨27 more signs⟩b'],
  ])('names %s', (_what, text, shown) => {
    expect(visibleText(text)).toBe(shown);
    expect(marks(text).length).toBeGreaterThan(0);
  });

  it.each([
    'npm test && git push --force',
    'Größe: 12 µm — “naïve” café',
    'e\u0301te\u0301',
    'می\u200cخواهم',
    'क्\u200dष',
    '❤\ufe0f 👩\u200d🚀 👩🏽\u200d🚀 🇩🇪 👍🏽',
    '日本語、中文。한국어',
    '    indented(\n    )'.replace('\n', ''),
  ])('leaves %j as it is', (text) => {
    expect(visibleText(text)).toBe(text);
    expect(marks(text)).toEqual([]);
  });

  it('keeps what is written from right to left from moving what is around it', () => {
    expect(visiblePieces('echo "שלום עולם" ; rm -rf "א"')).toEqual([
      { kind: 'plain', text: 'echo "' },
      { kind: 'rtl', text: 'שלום עולם' },
      { kind: 'plain', text: '" ; rm -rf "' },
      { kind: 'rtl', text: 'א' },
      { kind: 'plain', text: '"' },
    ]);
  });

  it('leaves the lines of a paragraph, and makes one of a title', () => {
    const pieces = visibleParagraphs('a\n\tb\u202e\r\nc');
    expect(pieces.map(({ text }) => text).join('')).toBe('a\n\tb⟨U+202E⟩⟨CR⟩\nc');
    expect(visibleLine(' a\n\tb\u202e  c ')).toBe('a b⟨U+202E⟩ c');
  });

  it.each([' ', '\u0301', '\u202e', 'א ', 'a', '\u200d', '👩', 'ا\u0651\u200d'])(
    'is quick with a great many of %j',
    (unit) => {
      expect(visibleText(unit.repeat(24_000)).length).toBeGreaterThan(0);
    },
  );
});
