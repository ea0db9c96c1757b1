import { useMemo, useState } from 'react';
import styles from './visible.module.css';
import { type Row, visibleLines } from './visible-lines.ts';
import { type Piece, visibleParagraphs, visiblePieces } from './visible-text.ts';

/** A line from a model, an app or a file's name, among words of the desktop's own: it can neither hide nor move anything. */
export const Visible = ({ text }: { readonly text: string }) => (
  <bdi>
    <Pieces pieces={visiblePieces(text)} />
  </bdi>
);

/** The same for a text of many lines. */
export const VisibleParagraphs = ({ text }: { readonly text: string }) => (
  <bdi>
    <Pieces pieces={visibleParagraphs(text)} />
  </bdi>
);

const Pieces = ({ pieces }: { readonly pieces: readonly Piece[] }) =>
  // Pieces are never moved.
  pieces.map(({ kind, text }, i) => {
    if (kind === 'mark')
      return (
        <span key={i} className={styles.mark}>
          {text}
        </span>
      );
    return kind === 'rtl' ? <bdi key={i}>{text}</bdi> : <span key={i}>{text}</span>;
  });

/** Rows at each end of a long text. Both ends are seen without scrolling, even where each row takes two. */
const HEAD = 3;
const TAIL = 3;
/** Rows more with each press: the page stays quick with the longest text. */
const STEP = 300;

/** A whole text, as it is: its beginning and its end at once, the middle when asked for. */
export const VisibleBlock = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { rows, lines } = useMemo(() => visibleLines(text), [text]);
  const [head, setHead] = useState(HEAD);
  const whole = rows.length <= head + TAIL + 1;
  const first = whole ? rows : rows.slice(0, head);
  const hidden = whole ? [] : rows.slice(head, -TAIL);
  const last = whole ? [] : rows.slice(-TAIL);
  return (
    <section
      className={styles.block}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      data-open={head > HEAD}
      style={{ '--digits': String(lines).length } as React.CSSProperties}
    >
      <Rows rows={first} numbered={lines > 1} />
      {hidden.length > 0 && (
        <button type="button" className={styles.more} onClick={() => setHead(head + STEP)}>
          {moreOf(hidden, lines)}
        </button>
      )}
      <Rows rows={last} numbered={lines > 1} />
    </section>
  );
};

const Rows = ({ rows, numbered }: { readonly rows: readonly Row[]; readonly numbered: boolean }) =>
  rows.map((row, i) =>
    row.kind === 'blank' ? (
      <p key={i} className={styles.blank}>
        ⋯ {count(row.to - row.from + 1)} blank lines ⋯
      </p>
    ) : (
      <div key={i} className={styles.row}>
        {numbered && <span className={styles.number}>{row.line ?? '↪'}</span>}
        <code>
          <Pieces pieces={row.pieces} />
        </code>
      </div>
    ),
  );

const count = (number: number): string => number.toLocaleString('en');

const moreOf = (hidden: readonly Row[], lines: number): string => {
  const characters = hidden.reduce(
    (sum, row) =>
      sum + (row.kind === 'text' ? row.pieces.reduce((all, { text }) => all + text.length, 0) : 0),
    0,
  );
  const what = `Show ${count(characters)} more characters`;
  return lines === 1 ? what : `${what} (${count(lines)} lines in all)`;
};
