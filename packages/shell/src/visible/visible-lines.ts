import { type Piece, visiblePieces } from './visible-text.ts';

/** One row of a text that is shown line by line. */
export type Row =
  /** `line` counts from 1; null goes on with the line above. */
  | { readonly kind: 'text'; readonly line: number | null; readonly pieces: readonly Piece[] }
  /** Lines with nothing in them, more than a few together. */
  | { readonly kind: 'blank'; readonly from: number; readonly to: number };

export interface VisibleLines {
  readonly rows: readonly Row[];
  readonly lines: number;
}

/** Characters in a row: two rows of a narrow window at most. */
const WIDTH = 64;
/** As far back as a row ends at a space instead. */
const RAGGED = 16;
const BLANK_SHOWN = 2;

/** A text in rows of bounded length, in which nothing is pushed out of sight. */
export const visibleLines = (text: string): VisibleLines => {
  const lines = text.split('\n');
  const rows: Row[] = [];
  for (let i = 0; i < lines.length; i++) {
    const end = endOfBlank(lines, i);
    if (end - i > BLANK_SHOWN) {
      rows.push({ kind: 'blank', from: i + 1, to: end });
      i = end - 1;
      continue;
    }
    const wrapped = wrap(visiblePieces(lines[i] ?? ''));
    for (const [n, pieces] of wrapped.entries())
      rows.push({ kind: 'text', line: n === 0 ? i + 1 : null, pieces });
  }
  return { rows, lines: lines.length };
};

const endOfBlank = (lines: readonly string[], start: number): number => {
  let end = start;
  while (end < lines.length && /^ *$/.test(lines[end] ?? '')) end += 1;
  return end;
};

const wrap = (pieces: readonly Piece[]): Piece[][] => {
  const rows: Piece[][] = [[]];
  let room = WIDTH;
  for (const piece of pieces) {
    let rest = [...piece.text];
    while (rest.length > 0) {
      // A mark is one word.
      const fits = piece.kind === 'mark' ? rest.length : Math.min(room, rest.length);
      if (fits > room || room === 0) {
        rows.push([]);
        room = WIDTH;
        continue;
      }
      const space = fits < rest.length ? rest.lastIndexOf(' ', fits - 1) : -1;
      const taken = space >= fits - RAGGED && space >= 0 ? space + 1 : fits;
      rows.at(-1)?.push({ kind: piece.kind, text: rest.slice(0, taken).join('') });
      rest = rest.slice(taken);
      room = taken < fits || rest.length > 0 ? 0 : room - taken;
    }
  }
  return rows;
};
