import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isWithin } from './places.ts';

/** What the owner is asked. */
export interface Question {
  readonly tool: string;
  readonly summary: string;
  readonly detail: string;
  /** The rule that a lasting yes adds; null when there can't be one. */
  readonly rememberAs: string | null;
}

const MAX_SUMMARY = 200;
/** What a card shows of a text, in characters; the rest is counted on it. */
export const MAX_DETAIL = 20_000;
const MAX_TAIL = 4000;
const MAX_LABEL = 300;
const MAX_SCRIPT_BYTES = 1_000_000;

/** Characters that show as nothing, as a space, or turn the text around, by their names as the desktop writes them. */
const plain = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (letter) =>
    letter === '\n'
      ? ' ⏎ '
      : `⟨U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );

/** The first line, and a sign that more follows. */
export const firstLine = (text: string, limit = 120): string => {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > limit || line !== text.trim() ? `${line.slice(0, limit)}…` : line;
};

/** Both ends of a text that is too long for a card, with what is missing between them told. */
const bounded = (text: string): string => {
  if (text.length <= MAX_DETAIL) return text;
  const head = text.slice(0, MAX_DETAIL - MAX_TAIL);
  const hidden = text.length - MAX_DETAIL;
  return `${head}\n\n… ${hidden} more characters that are not shown here …\n\n${text.slice(-MAX_TAIL)}`;
};

/**
 * `facts` are all that a lasting yes holds for, in full; the text after the hash is for people. Two questions that differ
 * in anything have different rules, whatever characters they use.
 */
export const ruleFor = (tool: string, label: string, facts: readonly unknown[]): string => {
  const hash = createHash('sha256')
    .update(JSON.stringify([tool, ...facts]))
    .digest('hex')
    .slice(0, 24);
  const shown = plain(label);
  return `${tool}: ${shown.length > MAX_LABEL ? `${shown.slice(0, MAX_LABEL)}…` : shown} [${hash}]`;
};

export const question = (parts: {
  tool: string;
  summary: string;
  detail: string;
  rememberAs: string | null;
}): Question => ({
  tool: parts.tool,
  summary: plain(parts.summary).slice(0, MAX_SUMMARY),
  detail: bounded(parts.detail),
  // A yes to what was not shown in full is for once.
  rememberAs: parts.detail.length > MAX_DETAIL ? null : parts.rememberAs,
});

const hashOf = async (path: string): Promise<string | undefined> => {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isFile() !== true || stats.size > MAX_SCRIPT_BYTES) return undefined;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    return createHash('sha256')
      .update(await file.readFile())
      .digest('hex');
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
};

// What decides what these run does not stand in the command.
const RECIPES: readonly (readonly [program: RegExp, file: string])[] = [
  [/\b(?:npm|pnpm|yarn|npx|bun)\b/, 'package.json'],
  [/\bmake\b/, 'Makefile'],
  [/\bjust\b/, 'justfile'],
];

// What stands where a shell looks for a program, and what stands right after an interpreter and its flags. A model writes the
// command, so that no pattern may go over the same text from more than a few places: blanks end at the line, flags are some.
const RUN = [
  /(?:^|[;&|({`\n])[^\S\n]*["']?([^\s;&|<>(){}"'`]+)/g,
  /\b(?:sh|bash|dash|zsh|node|deno|bun|tsx|python[\d.]{0,9}|perl|ruby|source|exec)\s+(?:-\S+\s+){0,20}["']?([^\s;&|<>(){}"'`]+)/g,
  /(?:^|[;&|({`\n])[^\S\n]*\.\s+([^\s;&|<>(){}"'`]+)/g,
];

/** A command that names a folder or a module, not a file: what it will run another time nobody can tell from its text. */
const UNNAMED =
  /(?:^|[;&|({\n])\s*(?:cd|pushd|eval|source|\.)\s|\bpython[\d.]*\s[^;&|\n]{0,200}?-m\b|\b(?:make|just)\b[^;&|\n]{0,200}?\s-\w*[fC]|\b(?:npm|pnpm|yarn|bun)\b[^;&|\n]{0,200}?\s(?:--prefix|--dir|--cwd|-C)\b/;

export const runsUnnamed = (command: string): boolean => UNNAMED.test(command);

/** The contents of the home's files that a command runs, so that a lasting yes to `sh x.sh` ends when x.sh changes. */
export const contentsRun = async (command: string, cwd: string, home: string): Promise<string[]> => {
  const programs = RUN.flatMap((run) => [...command.matchAll(run)]).flatMap((found) => found[1] ?? []);
  const recipes = RECIPES.flatMap(([program, file]) => (program.test(command) ? [file] : []));
  const paths = [...new Set([...programs, ...recipes].map((word) => resolve(cwd, word)))]
    .filter((path) => isWithin(path, home))
    .slice(0, 100);
  const hashes = await Promise.all(paths.map(async (path) => [path, await hashOf(path)] as const));
  return hashes.flatMap(([path, hash]) => (hash === undefined ? [] : [`${path} ${hash}`]));
};
