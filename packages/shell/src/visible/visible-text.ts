/** A stretch of text as it is shown. */
export interface Piece {
  /**
   * `mark` names a character that would not be seen, or would change the order of what is. `rtl` is to be isolated, so that
   * it moves nothing around it.
   */
  readonly kind: 'plain' | 'mark' | 'rtl';
  readonly text: string;
}

const NAMES: Readonly<Record<string, string>> = {
  '\0': 'NUL',
  '\b': 'BS',
  '\t': 'TAB',
  '\n': 'LF',
  '\r': 'CR',
  '\u001b': 'ESC',
  '\u007f': 'DEL',
  '\u00a0': 'NBSP',
};

/** Spaces in a row beyond which they are counted instead of shown; code is rarely indented as far. */
const SPACES = 40;
/** Signs on one letter beyond which they would cover the lines around it. */
const SIGNS = 3;

// Joiners shape the letters of these scripts, and say nothing that can't be seen.
const JOINING =
  '[\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Deva}\\p{sc=Beng}\\p{sc=Guru}\\p{sc=Gujr}\\p{sc=Orya}\\p{sc=Taml}\\p{sc=Telu}\\p{sc=Knda}\\p{sc=Mlym}\\p{sc=Sinh}]';
const RTL =
  '[\\p{sc=Hebr}\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Thaa}\\p{sc=Nkoo}\\p{sc=Samr}\\p{sc=Mand}\\p{sc=Adlm}\\p{sc=Rohg}]';
/** As part of an emoji: ❤️, 👩‍🚀. */
const IN_EMOJI = '\\ufe0f(?<=\\p{ExtPict}.)|\\u200d(?<=\\p{ExtPict}[\\ufe0f\\p{EMod}]?.)(?=\\p{ExtPict})';
const JOINER = `[\\u200c\\u200d](?<=${JOINING}\\p{M}*.)(?=${JOINING})`;

const TOKEN = new RegExp(
  [
    `(?<seen>${IN_EMOJI}|${JOINER})`,
    `(?<spaces> {${SPACES + 1},})`,
    `(?<=\\p{M}{${SIGNS}})(?<signs>\\p{M}+)`,
    // The braille pattern without a dot and the separators look like spaces; the rest looks like nothing.
    '(?<unseen>\\p{C}|\\p{DI}|(?! )\\p{Z}|\\u2800)',
    `(?<rtl>${RTL}(?:${RTL}|\\p{Mn}| (?=${RTL}))*)`,
  ].join('|'),
  'gu',
);

/** Every character is there, those that can't be seen by name. What is plain shows in the order in which it is written. */
export const visiblePieces = (text: string): Piece[] => {
  const pieces: Piece[] = [];
  const add = (kind: Piece['kind'], part: string): void => {
    const last = pieces.at(-1);
    if (part === '') return;
    if (kind === 'plain' && last?.kind === 'plain')
      pieces[pieces.length - 1] = { kind, text: last.text + part };
    else pieces.push({ kind, text: part });
  };
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    add('plain', text.slice(end, match.index));
    end = match.index + match[0].length;
    const { seen, spaces, signs, unseen, rtl } = match.groups ?? {};
    if (seen !== undefined) add('plain', seen);
    else if (rtl !== undefined) add('rtl', rtl);
    else if (spaces !== undefined) add('mark', `⟨${spaces.length} spaces⟩`);
    else if (signs !== undefined) add('mark', `⟨${[...signs].length} more signs⟩`);
    else add('mark', nameOf(unseen ?? match[0]));
  }
  add('plain', text.slice(end));
  return pieces;
};

/** The same as one string, for labels and for what has no marks of its own. */
export const visibleText = (text: string): string =>
  visiblePieces(text)
    .map((piece) => piece.text)
    .join('');

/** A title or another text of one line: as above, with white space as a page shows it. */
export const visibleLine = (text: string): string => visibleText(text.replaceAll(/[ \t\r\n]+/g, ' ').trim());

/** A text of many lines that a person wrote or pasted: its lines and tabs are left as they are. */
export const visibleParagraphs = (text: string): Piece[] =>
  text
    .split(/([\n\t])/)
    .flatMap((part) =>
      part === '\n' || part === '\t' ? [{ kind: 'plain', text: part }] : visiblePieces(part),
    );

const nameOf = (character: string): string => {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `⟨${NAMES[character] ?? `U+${code}`}⟩`;
};
