import { resolve } from 'node:path';
import { expandHome, isWithin, type Places } from './places.ts';

const STATE = "The command would reach the system's own state, with the owner's keys. No tool may.";
const MEMORY = 'The command would read what other processes hold in memory. No tool may.';

const PROCESS_FILES =
  /\/proc\/(?:\d+|self|thread-self|\*|\$[\w{$(]*)\S{0,200}\/(?:environ|mem|fd|root|cwd|maps|task)/;

/** A longer path leads nowhere. */
const MAX_PATH = 1024;
const MAX_WORDS = 20_000;

/** What may be a path in a command: everything between white space, quotes, operators and redirections. */
const wordsOf = (command: string): string[] =>
  command.split(/[\s"'`;&|()<>=,@]+/).filter((word) => word !== '');

/**
 * Why a command that plainly names the state or another process's memory can't do what it says, or null. It reads text,
 * so it is no wall: it explains what the wall stops. Where there is none, it is what can be had.
 */
export const explainCommand = (command: string, cwd: string, places: Places): string | null => {
  const { statePath } = places;
  const userHome = places.userHome();
  const flat = expandHome(command.replace(/["'\\]/g, ''), userHome).replaceAll(/\$\{?HOME\}?/g, userHome);
  if (flat.includes(statePath)) return STATE;
  if (PROCESS_FILES.test(flat)) return MEMORY;
  let here = cwd;
  const words = wordsOf(command).slice(0, MAX_WORDS);
  for (const [index, word] of words.entries()) {
    if (word.length > MAX_PATH) continue;
    const path = resolve(here, expandHome(word, userHome).replace(/\$\{?PWD\}?/g, here));
    if (isWithin(path, statePath)) return STATE;
    if (words[index - 1] === 'cd' || words[index - 1] === 'pushd') here = path.length > MAX_PATH ? cwd : path;
  }
  return null;
};
