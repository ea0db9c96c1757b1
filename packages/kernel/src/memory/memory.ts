import { AppError } from '@matrix-os/kit';
import { readHomeFile, writeHomeFile } from '../home/home-file.ts';
import { rankManyByWords } from './rank.ts';

const FILE = 'system/memory.md';
const HEADING =
  '# Memory\n\nWhat your OS was asked to remember. Edit it as you like: one line, one fact.\n\n';
const MAX_FACT_CHARACTERS = 1000;
const MAX_FILE_BYTES = 1_000_000;
const MAX_ANSWERS = 10;

export interface Memory {
  /** Adds a line with today's date; a fact that is there already isn't told twice. @throws AppError `too_large` */
  remember(fact: string): Promise<void>;
  /** At most ten facts, best first, as they stand in the file: "2026-01-31: …". Nothing asked: the latest. */
  recall(query: string): Promise<string[]>;
}

/** Facts as lines of Markdown in `system/memory.md`, which the owner can read and edit. */
export const createMemory = (options: { readonly home: string; readonly now?: () => Date }): Memory => {
  const { home } = options;
  const now = options.now ?? (() => new Date());
  let last: Promise<unknown> = Promise.resolve();

  const read = async (): Promise<string> =>
    (await readHomeFile(home, FILE, { maxBytes: MAX_FILE_BYTES }))?.toString('utf8') ?? '';

  const add = async (fact: string): Promise<void> => {
    const text = await read();
    if (factsIn(text).some((line) => factOf(line).toLowerCase() === fact.toLowerCase())) return;
    const before = text === '' ? HEADING : text.endsWith('\n') ? text : `${text}\n`;
    const after = `${before}- ${now().toISOString().slice(0, 10)}: ${fact}\n`;
    if (Buffer.byteLength(after) > MAX_FILE_BYTES)
      throw new AppError(
        'too_large',
        'The memory is full. Take out of system/memory.md what is no longer needed.',
      );
    await writeHomeFile(home, FILE, after);
  };

  return {
    async remember(given) {
      const fact = given.replaceAll(/\s+/g, ' ').trim();
      if (fact === '') throw new AppError('invalid_input', 'Say what to remember.');
      if (fact.length > MAX_FACT_CHARACTERS)
        throw new AppError('too_large', 'That is too long to remember. Put it into a note instead.');
      const next = last.then(() => add(fact));
      last = next.catch(() => {});
      return next;
    },

    async recall(query) {
      const facts = factsIn(await read()).reverse();
      const found =
        query.trim() === ''
          ? facts
          : await rankManyByWords(query.slice(0, MAX_FACT_CHARACTERS), facts, factOf);
      return found.slice(0, MAX_ANSWERS);
    },
  };
};

/** Oldest first. Whatever bullet the owner's editor prefers. */
const factsIn = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    // Trimmed first: a pattern that looks for the end of the text takes ages on a line of blanks.
    const [, fact] = /^[-*+]\s+(.*)$/.exec(line.trim()) ?? [];
    return fact === undefined ? [] : [fact.slice(0, MAX_FACT_CHARACTERS)];
  });

const factOf = (line: string): string => line.replace(/^\d{4}-\d{2}-\d{2}:\s*/, '');
