import type { AppList } from '@matrix-os/contracts';
import { isOneSlip, stem, termsOf } from '../memory/words.ts';

/** Something that can be opened or installed. */
export interface Candidate {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly installed: boolean;
  readonly problem: string | null;
}

export interface AppMatch {
  /** The one that fits clearly better than every other. */
  readonly best: Candidate | undefined;
  /** Several that fit equally well; empty when one is best or none fits. */
  readonly either: readonly Candidate[];
}

// Words around a wish for an app, which say nothing about which.
const FILLERS = new Set(
  (
    'app application tool program thing something anything stuff place way somewhere simple small nice little good ' +
    'basic new great beautiful pretty own personal keep track manage organise organize make need use want help online ' +
    'offline quick let us really just maybe daily lot work one'
  )
    .split(' ')
    .map(stem),
);

export const candidatesOf = ({ apps, gallery }: AppList): Candidate[] => {
  const offers = new Map(gallery.map((entry) => [entry.name, entry]));
  const installed = apps.map((app) => ({
    ...app,
    keywords: offers.get(app.name)?.keywords ?? [],
    installed: true,
  }));
  const others = gallery.filter((entry) => !apps.some((app) => app.name === entry.name));
  return [...installed, ...others.map((entry) => ({ ...entry, installed: false, problem: null }))];
};

/** Which app somebody means who says `what`: "a todo list", "something to track my spending", "kanbn". */
export const matchApps = (what: string, candidates: readonly Candidate[]): AppMatch => {
  const all = termsFor(what);
  const telling = all.filter((term) => !FILLERS.has(term));
  const wanted = [...new Set(telling.length > 0 ? telling : all)];
  const scored = candidates
    .map((candidate) => ({ candidate, score: scoreOf(wanted, candidate) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const [first] = scored;
  if (first === undefined) return { best: undefined, either: [] };
  const close = scored.filter(({ score }) => score > first.score - 0.2);
  return close.length === 1
    ? { best: first.candidate, either: [] }
    : { best: undefined, either: close.map(({ candidate }) => candidate) };
};

/** 0 for one that doesn't fit: a name may stand among other words, a mere keyword has to be most of what was said. */
const scoreOf = (wanted: readonly string[], candidate: Candidate): number => {
  const names = [candidate.name, candidate.title].map(termsFor);
  const keywords = candidate.keywords.map(termsFor);
  const holds = (phrase: readonly string[]): boolean =>
    phrase.length > 0 && phrase.every((term) => wanted.some((one) => isSame(one, term)));
  const known = [...names, ...keywords, termsFor(candidate.description)].flat();
  const covered =
    wanted.filter((term) => known.some((one) => isSame(term, one))).length / Math.max(1, wanted.length);
  const named = names.filter(holds).length > 0;
  const matching = keywords.filter(holds);
  if (named ? covered < 0.4 : matching.length === 0 || covered < 0.6) return 0;
  const longest = Math.max(0, ...matching.map((phrase) => phrase.length));
  return (named ? 3 : 2) + covered + longest * 0.5;
};

const isSame = (a: string, b: string): boolean =>
  a === b || (Math.min(a.length, b.length) > 4 && isOneSlip(a, b));

/** "To-do" is one word, and not two that mean nothing. */
const termsFor = (text: string): string[] =>
  termsOf(text.toLowerCase().replaceAll(/\bto[ -]?do(s?)\b/g, 'todo$1'));
