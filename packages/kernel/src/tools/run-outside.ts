import { spawn } from 'node:child_process';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@matrix-os/kit';
import { discardTree } from '../home/tree-files.ts';
import type { Places } from '../permissions/places.ts';
import type { Wall } from '../wall/wall.ts';
import { readOutsideRequest } from './outside-request.ts';

const MAX_OUTPUT = 30_000;
const TIMEOUT_MS = 10 * 60_000;

/**
 * Runs what the owner has said yes to, behind a wall of its own that opens exactly what they read. It starts in an empty
 * folder with an empty `HOME`: no file that the turn has left somewhere has a say in what the command does.
 */
export const createRunOutside = (parts: {
  places: Places;
  wall: () => Promise<Wall | undefined>;
  environment: Readonly<Record<string, string>>;
}): ((input: unknown, signal: AbortSignal) => Promise<string>) => {
  const { places, wall, environment } = parts;
  return async (input, signal) => {
    const found = await wall();
    if (found === undefined) throw new AppError('unavailable', 'There is no wall here: use the other tools.');
    const request = await readOutsideRequest(input, places);
    if ('refused' in request) throw new AppError('forbidden', request.refused);
    const temporary = await realpath(await mkdtemp(join(tmpdir(), 'matrix-outside-')));
    try {
      const openings = { write: [places.home, temporary, ...request.write], read: request.read };
      const line = found.enclose(openings, ['/bin/bash', '--noprofile', '--norc', '-c', request.command]);
      const env = {
        ...environment,
        HOME: temporary,
        TMPDIR: temporary,
        MATRIX_HOME: places.home,
        GIT_CONFIG_GLOBAL: '/dev/null',
      };
      const stop = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      return await output(line, { cwd: temporary, env }, stop);
    } finally {
      await discardTree(temporary);
    }
  };
};

/** What it says on both outputs, and how it ended. On abort the launcher ends all that the command has started. */
const output = (
  [file, ...args]: readonly [string, ...string[]],
  options: { cwd: string; env: Record<string, string> },
  signal: AbortSignal,
): Promise<string> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    let said = '';
    let left = 0;
    const take = (text: string) => {
      const room = Math.max(0, MAX_OUTPUT - said.length);
      said += text.slice(0, room);
      left += Math.max(0, text.length - room);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', (code, by) => {
      signal.removeEventListener('abort', stop);
      const more = left === 0 ? '' : `\n… ${left} more characters`;
      const end = signal.aborted
        ? '\n(ended: it took too long, or the turn was cancelled)'
        : code === 0
          ? ''
          : `\n(ended with ${by ?? code})`;
      resolve(`${said}${more}${end}` || '(no output)');
    });
  });
