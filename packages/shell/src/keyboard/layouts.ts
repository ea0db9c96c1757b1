import type { KeyboardChoices } from '@matrix-os/contracts';

export type LayoutName = Exclude<KeyboardChoices['layout'], 'auto'>;
export type Layer = 'letters' | 'symbols' | 'more';

/** A character, or one of the keys in `KEY_NAMES`. */
type Row = readonly string[];

const row = (characters: string, ...after: string[]): Row => [...[...characters], ...after];

/** As on a real keyboard of the language, so that hands find them; what a language needs beyond that in a row on top. */
const LETTERS: Readonly<Record<LayoutName, readonly Row[]>> = {
  en: [row('qwertyuiop', 'Backspace'), row('asdfghjkl', 'Enter'), ['Shift', ...row('zxcvbnm,.?')]],
  de: [row('qwertzuiopü', 'Backspace'), row('asdfghjklöä', 'Enter'), ['Shift', ...row('yxcvbnmß,.?')]],
  fr: [
    row('éèêàâçùûîô'),
    row('azertyuiop', 'Backspace'),
    row('qsdfghjklm', 'Enter'),
    ['Shift', ...row("wxcvbn',.?")],
  ],
};

const SYMBOLS: readonly Row[] = [
  row('1234567890', 'Backspace'),
  row('@#€&_-+()/', 'Enter'),
  ['More', ...row('*"\':;!?,.=')],
];

const MORE: readonly Row[] = [
  row('~`|\\{}[]<>', 'Backspace'),
  row('^%$£¥§°«»…', 'Enter'),
  ['Symbols', ...row('„“”–—¿¡•×÷')],
];

/** What a shell can't do without. */
const TERMINAL: Row = ['Escape', 'Tab', 'Control'];

export const rowsOf = (layout: LayoutName, layer: Layer, terminal: boolean): readonly Row[] => [
  ...(layer === 'letters' ? LETTERS[layout] : layer === 'symbols' ? SYMBOLS : MORE),
  [
    layer === 'letters' ? 'Symbols' : 'Letters',
    ...(terminal ? TERMINAL : []),
    ' ',
    'ArrowLeft',
    'ArrowUp',
    'ArrowDown',
    'ArrowRight',
    'Hide',
  ],
];

/** The first of the browser's languages that has a layout. */
export const layoutFor = (choice: KeyboardChoices['layout'], languages: readonly string[]): LayoutName => {
  if (choice !== 'auto') return choice;
  const known = languages.map((language) => language.slice(0, 2).toLowerCase());
  return known.find((language): language is LayoutName => Object.hasOwn(LETTERS, language)) ?? 'en';
};
