// Words that say nothing about what a text is about.
const STOP = new Set(
  (
    'a an the and or but if of to in on at by for with from as is are was were be been am do does did has have had i ' +
    'me my mine you your yours he she it its they them their we us our this that these those what which who whom ' +
    'when where why how there here not no so than then too very can could will would should shall may might must ' +
    'about into over under again any some all please tell know'
  ).split(' '),
);

/** Lower case, without accents, in whole words. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** The words that carry meaning, reduced so that "expenses" and "expense" are one; all of them when none does. */
export const termsOf = (text: string): string[] => {
  const words = wordsOf(text);
  const telling = words.filter((word) => !STOP.has(word));
  return (telling.length > 0 ? telling : words).map(stem);
};

/** English endings, taken off lightly: wrong the same way everywhere is right enough for finding. */
export const stem = (word: string): string => {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && /(ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  if (word.length > 3 && /[^su]s$/.test(word)) return word.slice(0, -1);
  if (word.length > 5 && word.endsWith('ing')) return undouble(word.slice(0, -3));
  if (word.length > 4 && word.endsWith('ed')) return undouble(word.slice(0, -2));
  return word;
};

const undouble = (word: string): string => (/([bdgmnprt])\1$/.test(word) ? word.slice(0, -1) : word);

/** Whether one slip of the finger (a letter wrong, missing, too many, or two swapped) makes one word the other. */
export const isOneSlip = (a: string, b: string): boolean => {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
};
