import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a program keeps what must survive a restart and is nobody's document (XDG Base Directory Specification). */
export const xdgStatePath = (name: string, stateHome: string | undefined): string =>
  join(stateHome ?? join(homedir(), '.local', 'state'), name);
