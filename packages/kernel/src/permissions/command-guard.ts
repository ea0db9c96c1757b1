import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { globReaches, hasWildcard } from './glob-reach.ts';
import { expandHome, type Places } from './places.ts';
import { type ShellCommand, splitCommands } from './shell-words.ts';

// With one of these, naming a folder above a protected place reaches into it.
const REACHES_DOWN = new Set([
  'rm',
  'mv',
  'shred',
  'chmod',
  'chown',
  'chgrp',
  'rsync',
  'tar',
  'zip',
  'find',
  'cpio',
  '7z',
]);
const RECURSIVE_WITH_FLAG = new Set(['cp', 'grep', 'egrep', 'fgrep', 'scp', 'ls']);
const GIT_READS = new Set([
  'status',
  'log',
  'diff',
  'show',
  'blame',
  'ls-files',
  'ls-tree',
  'grep',
  'rev-parse',
  'describe',
  'shortlog',
  'cat-file',
  'help',
  'version',
  '--version',
]);
// They run what follows them.
const PREFIXES = new Set([
  'sudo',
  'env',
  'nohup',
  'time',
  'exec',
  'command',
  'builtin',
  'xargs',
  'nice',
  'setsid',
  'timeout',
  'eval',
  'do',
  'then',
  'else',
  '{',
  '!',
]);

const MAX_NESTING = 5;

const STATE = "The command would reach the system's own state, with the owner's keys. No tool may.";
const HISTORY =
  'The command would change what the system keeps to make undo possible (.git, .trash). No tool may.';
const MEMORY = 'The command would read what other processes hold in memory. No tool may.';

const program = ({ words }: ShellCommand): { name: string; rest: readonly string[] } => {
  const index = words.findIndex((word) => !PREFIXES.has(word) && !/^[A-Za-z_]\w*=/.test(word));
  const name = words[index] ?? '';
  return { name: name.split('/').at(-1) ?? '', rest: words.slice(index + 1) };
};

/** Every reading of a word as a path: itself, what follows `=` or `:` or a flag's letter. */
const readings = (word: string): string[] => [
  word,
  ...word.split(/[=:,@]/).slice(1),
  ...(/^-\w./.test(word) ? [word.slice(2)] : []),
];

/**
 * Looks for protected places in a command before it runs: a reason to refuse it, or null. This reads text and can be
 * outwitted by a program that computes a path; where the machine has a sandbox, that is the wall, and in `ask` the owner
 * sees the command. It stops everything that a model writes plainly.
 */
export const refuseCommand = (source: string, cwd: string, places: Places, depth = 0): string | null => {
  const { home, statePath, userHome } = places;
  const protectedPaths = [join(home, '.git'), join(home, '.trash')];
  const flat = expandHome(source.replace(/["'\\]/g, ''), userHome).replaceAll(/\$\{?HOME\}?/g, userHome);
  if (flat.includes(statePath)) return STATE;
  if (/\/proc\/(?:\d+|self|thread-self|\*|\$[\w{$(]*)\S*\/(?:environ|mem|fd|root|cwd|maps|task)/.test(flat))
    return MEMORY;

  let here = cwd;
  for (const command of splitCommands(source)) {
    const { name, rest } = program(command);
    const goesDown =
      REACHES_DOWN.has(name) ||
      (RECURSIVE_WITH_FLAG.has(name) && rest.some((word) => /^-\w*[rRa]/.test(word)));
    if (name === 'git') {
      const refused = refuseGit(rest, here, places);
      if (refused !== null) return refused;
    }
    for (const word of command.words) {
      // What is handed to another shell in quotes, or stands in a substitution.
      const inside =
        depth < MAX_NESTING && /\s/.test(word) ? refuseCommand(word, here, places, depth + 1) : null;
      if (inside !== null) return inside;
      for (const reading of readings(expandHome(word, userHome))) {
        const path = resolve(here, reading.replace(/\$\{?PWD\}?/g, here));
        const reach = (target: string) =>
          hasWildcard(path) ||
          path === target ||
          path.startsWith(`${target}/`) ||
          target.startsWith(`${path}/`)
            ? globReaches(path, target)
            : 'no';
        for (const [target, reason] of [
          [statePath, STATE] as const,
          ...protectedPaths.map((one) => [one, HISTORY] as const),
        ]) {
          const found = reach(target);
          // Reading the folders above the history is everyday work; changing them would take it along.
          const above = found === 'above' && goesDown && isArgument(command, word);
          const harmless = target !== statePath && above && !changesTree(name, rest);
          if (found === 'exact' || (above && !harmless)) return reason;
        }
      }
    }
    if (name === 'cd' || name === 'pushd') here = resolve(here, expandHome(rest[0] ?? '~', userHome));
  }
  return null;
};

const isArgument = (command: ShellCommand, word: string): boolean =>
  command.words.indexOf(word) > 0 && !word.startsWith('-');

const changesTree = (name: string, rest: readonly string[]): boolean =>
  ['rm', 'mv', 'shred', 'chmod', 'chown', 'chgrp'].includes(name) ||
  (name === 'find' && rest.some((word) => /^-(?:delete|exec|execdir|ok)/.test(word))) ||
  (name === 'rsync' && rest.some((word) => word.startsWith('--delete')));

/** In the home itself only the system makes history; a project in a folder of its own has its own. */
const refuseGit = (rest: readonly string[], here: string, { home, userHome }: Places): string | null => {
  let folder = here;
  let index = 0;
  for (; index < rest.length; index++) {
    const word = rest[index] ?? '';
    if (word === '-C') folder = resolve(folder, expandHome(rest[++index] ?? '.', userHome));
    else if (word === '-c') index += 1;
    else if (!word.startsWith('-')) break;
  }
  const subcommand = rest[index] ?? '';
  if (GIT_READS.has(subcommand) || subcommand === '') return null;
  if (['init', 'clone'].includes(subcommand)) {
    const target = rest.slice(index + 1).findLast((word) => !word.startsWith('-'));
    if (subcommand === 'clone') return null;
    return resolve(folder, target ?? '.') === home ? HISTORY : null;
  }
  return folder === home || (folder.startsWith(`${home}/`) && !hasOwnRepository(folder, home))
    ? HISTORY
    : null;
};

const hasOwnRepository = (folder: string, home: string): boolean => {
  for (let at = folder; at !== home && at.startsWith(`${home}/`); at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true;
  }
  return false;
};
