import { rankManyByWords } from '../memory/rank.ts';
import { termsOf, wordsOf } from '../memory/words.ts';
import { listOwnFiles, readText } from './home-files.ts';

const MAX_HITS = 10;
const MAX_CHARACTERS = 100_000;
/** Of all files together: they are in memory at once. */
const MAX_TOTAL_CHARACTERS = 20_000_000;

interface Hit {
  readonly path: string;
  /** The line that fits best; '' when only the name does. */
  readonly line: string;
}

/** The owner's files that are about something, by name and by text, best first. */
export const searchFiles = async (home: string, query: string, signal: AbortSignal): Promise<Hit[]> => {
  const terms = termsOf(query);
  const candidates: { path: string; text: string }[] = [];
  let total = 0;
  for (const path of await listOwnFiles(home, signal)) {
    signal.throwIfAborted();
    const text = ((await readText(home, path).catch(() => undefined)) ?? '').slice(0, MAX_CHARACTERS);
    // A cheap look first: ranking counts every word.
    const lower = `${path} ${text}`.toLowerCase();
    if (!terms.some((term) => lower.includes(term.slice(0, 4)))) continue;
    candidates.push({ path, text });
    total += text.length;
    if (total > MAX_TOTAL_CHARACTERS) break;
  }
  const named = ({ path, text }: { path: string; text: string }): string =>
    `${wordsOf(path).join(' ')} ${wordsOf(path).join(' ')} ${text}`;
  const hits: Hit[] = [];
  for (const { path, text } of (await rankManyByWords(query, candidates, named)).slice(0, MAX_HITS)) {
    const [line = ''] = await rankManyByWords(query, text.split('\n'), (one) => one);
    hits.push({ path, line: line.trim() });
  }
  return hits;
};
