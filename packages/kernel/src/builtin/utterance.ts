/** What was said, as words to match on, and the way back from a match to what was really typed. */
export interface Utterance {
  /** Lower case, single spaces, no quotes and closing punctuation: what the intents' patterns see. */
  readonly plain: string;
  /** What was typed where `plain` has these characters, line breaks and capitals included. */
  original(start: number, end: number): string;
  /** The same with the changed words in place of those typed. */
  corrected(start: number, end: number): string;
}

const POLITE_FRONT = new RegExp(
  `^(?:${[
    '(?:hi|hello|hey|ok|okay|so|well|um|right|alright|all right|yes|sure)(?: there| matrix)?[,.!:]*',
    '(?:matrix|computer)[,:!]+',
    '(?:please|pls|kindly|just|quickly|now|then|and|also),?',
    '(?:could|can|would|will) you(?: please| kindly| just| also| maybe)*',
    'would you mind',
    "i(?:'d| would) (?:like|love) you to",
    'i (?:want|need) you to',
    'go ahead and',
    'help me(?: to)?',
    "let's",
    'try to',
  ].join('|')}) +(?=\\S)`,
  'i',
);
// "I want to open my notes" is an order; "I want to track my spending" is a wish, and stays whole.
const WISH_BEFORE_ORDER =
  /^(?:i(?:'d| would)? (?:want|like|need|love) to|let me|(?:can|could|may) i) +(?=(?:see|open|read|find|search|list|install|remove|uninstall|delete|add|create|make|write|set|cancel|schedule|switch|change|view)\b)/i;
const POLITE_END =
  /(?:[\s,]+(?:please|pls)|[,.!?;]\s*(?:thanks|thank you|thx|cheers)(?: (?:so|very) much| a lot)?)[\s.!?]*$/i;

const ASKED = /^\W*(?:\w+\W+){0,3}(?:could|can|would|will) you\b/i;

/** Takes "Hey Matrix, could you please …, thanks!" down to the request. */
const stripPoliteness = (text: string): string => {
  let rest = text
    .replaceAll(/[\u2018\u2019]/g, "'")
    .replaceAll(/[\u201c\u201d]/g, '"')
    .trim();
  for (;;) {
    const shorter = rest.replace(POLITE_FRONT, '').replace(WISH_BEFORE_ORDER, '').replace(POLITE_END, '');
    // "Could you note that?" asks for a note without a question mark.
    if (shorter === rest) return ASKED.test(text) ? rest.replace(/\?+$/, '') : rest;
    rest = shorter;
  }
};

const plainWord = (word: string): string =>
  word
    .toLowerCase()
    .replace(/^["'([{<]+/, '')
    .replace(/(?:["')\]}>]|[?!.,;]|…)+$/, '');

/** `change` sees each plain word and may put another in its place, as the correction of typing slips does. */
export const readUtterance = (text: string, change: (word: string) => string = (word) => word): Utterance => {
  const request = stripPoliteness(text);
  const words: Word[] = [];
  let plain = '';
  for (const match of request.matchAll(/\S+/g)) {
    const typed = plainWord(match[0]);
    if (typed === '') continue;
    const word = change(typed);
    const start = plain === '' ? 0 : plain.length + 1;
    plain = plain === '' ? word : `${plain} ${word}`;
    const shown = word === typed ? match[0] : word;
    words.push({
      start,
      end: start + word.length,
      from: match.index,
      to: match.index + match[0].length,
      shown,
    });
  }
  const between = (start: number, end: number): Word[] =>
    words.filter((word) => word.start < end && word.end > start);
  return {
    plain,
    original(start, end) {
      const inside = between(start, end);
      return request.slice(inside[0]?.from ?? 0, inside.at(-1)?.to ?? 0);
    },
    corrected: (start, end) =>
      between(start, end)
        .map((word) => word.shown)
        .join(' '),
  };
};

/** A word's place in `plain` and in what was typed. */
interface Word {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
  readonly shown: string;
}
