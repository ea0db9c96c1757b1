import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an agent runs on an ordinary day, in this order in one home; an empty line between two. */
export const HONEST_COMMANDS: readonly string[] = readFileSync(
  join(import.meta.dirname, 'honest-commands.txt'),
  'utf8',
)
  .trim()
  .split(/\n{2,}/);
