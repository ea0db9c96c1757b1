import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SpawnedProcess, SpawnOptions } from '@anthropic-ai/claude-agent-sdk';
import type { Openings, Wall } from '../wall/wall.ts';

export interface EngineProcess {
  readonly spawn: (options: SpawnOptions) => SpawnedProcess;
  /** Whether the first process is the wall's launcher. */
  readonly walled: boolean;
  pid(): number | undefined;
  /** Resolves when the first process is gone; at once when there was none. */
  ended(): Promise<void>;
  /** The end of what it said on standard error. */
  complaints(): string;
}

const MAX_COMPLAINT_CHARACTERS = 4000;

/** A file that has no name any more: only who inherits the descriptor can read it. */
const openToken = (folder: string, token: string): number => {
  const path = join(folder, '.token');
  const writing = openSync(path, 'wx', 0o600);
  try {
    writeSync(writing, token);
    return openSync(path, 'r');
  } finally {
    closeSync(writing);
    unlinkSync(path);
  }
};

/** How the SDK starts its program here: in a session of its own, behind the wall, the turn's token on descriptor 3. */
export const createEngineProcess = (parts: {
  /** Undefined where the machine has none. */
  wall: Wall | undefined;
  openings: Openings;
  /** The turn's own folder for temporary files. */
  temporary: string;
  token: string;
}): EngineProcess => {
  const { wall, openings, temporary, token } = parts;
  let child: ChildProcess | undefined;
  let ended = Promise.resolve();
  let complaints = '';
  return {
    spawn({ command, args, cwd, env }) {
      const line = [command, ...args];
      const [file = command, ...rest] = wall === undefined ? line : wall.enclose(openings, line);
      const descriptor = openToken(temporary, token);
      try {
        const started = spawn(file, rest, {
          cwd,
          env,
          detached: true,
          stdio: ['pipe', 'pipe', 'pipe', descriptor],
        });
        child = started;
        ended = new Promise((resolve) => {
          started.once('exit', () => resolve());
          started.once('error', () => resolve());
        });
        started.stderr?.setEncoding('utf8').on('data', (text: string) => {
          complaints = (complaints + text).slice(-MAX_COMPLAINT_CHARACTERS);
        });
        const { stdin, stdout } = started;
        if (stdin === null || stdout === null) throw new Error('the engine has no pipes');
        return Object.assign(started, { stdin, stdout });
      } finally {
        closeSync(descriptor);
      }
    },
    walled: wall !== undefined,
    pid: () => child?.pid,
    ended: () => ended,
    complaints: () => complaints.trim(),
  };
};
