import { isOneSlip } from '../memory/words.ts';

// The words by which requests are recognized. A word that is right never gets corrected into another of these.
const VOCABULARY = new Set(
  (
    'install uninstall remove delete open close launch start show list create make build find search read write append ' +
    'remind reminder reminders schedule scheduled cancel timer timers alarm alarms every weekday weekdays morning ' +
    'evening monday tuesday wednesday thursday friday saturday sunday tomorrow tonight minute minutes hour hours ' +
    'second seconds daily weekly theme dark light accent mode colour color green purple orange yellow status system ' +
    'help note notes file files folder document documents apps gallery calendar kanban remember recall restore ' +
    'version memory storage thanks hello what which stop jobs something everything about called named with please ' +
    'need want track'
  ).split(' '),
);

/** The word of ours that this one is a slip of the finger away from; itself when that can't be told. */
export const correctWord = (word: string): string => {
  if (word.length < 4 || VOCABULARY.has(word) || !/^[a-z]+$/.test(word)) return word;
  const meant = [...VOCABULARY].filter((known) => isLikelySlip(word, known));
  const [only, ...others] = meant.length > 1 ? meant.filter((known) => known.at(-1) === word.at(-1)) : meant;
  return only !== undefined && others.length === 0 ? only : word;
};

const isLikelySlip = (word: string, known: string): boolean => {
  if (known.length < 4 || !isOneSlip(word, known)) return false;
  // "park" is no "dark": in short words only a swapped, missing or doubled letter counts.
  if (word.length === 4 && known.length === 4)
    return [...word].sort().join('') === [...known].sort().join('');
  // "notes" is no "note", and people rarely miss the first letter.
  return word[0] === known[0] || word[1] === known[0];
};
