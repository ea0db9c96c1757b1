import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SpawnedProcess, SpawnOptions } from '@anthropic-ai/claude-agent-sdk';

export interface EngineProcess {
  readonly spawn: (options: SpawnOptions) => SpawnedProcess;
  pid(): number | undefined;
  /** The end of what it said on standard error. */
  complaints(): string;
}

const MAX_COMPLAINT_CHARACTERS = 4000;

/** A file that has no name any more: only who inherits the descriptor can read it. */
const openSecret = (folder: string, secret: string): number => {
  const path = join(folder, `.key-${randomBytes(8).toString('hex')}`);
  const writing = openSync(path, 'wx', 0o600);
  try {
    writeSync(writing, secret);
    return openSync(path, 'r');
  } finally {
    closeSync(writing);
    unlinkSync(path);
  }
};

/** How the SDK starts its program here: in a process group of its own, the key on descriptor 3. */
export const createEngineProcess = (parts: {
  statePath: string;
  apiKey: string | undefined;
}): EngineProcess => {
  let child: ChildProcess | undefined;
  let complaints = '';
  return {
    spawn({ command, args, cwd, env }) {
      // An endpoint of the owner's own may want no key, but the program insists on one.
      const secret = openSecret(parts.statePath, parts.apiKey ?? 'no-key-needed');
      try {
        const started = spawn(command, args, {
          cwd,
          env,
          detached: true,
          stdio: ['pipe', 'pipe', 'pipe', secret],
        });
        child = started;
        started.stderr?.setEncoding('utf8').on('data', (text: string) => {
          complaints = (complaints + text).slice(-MAX_COMPLAINT_CHARACTERS);
        });
        const { stdin, stdout } = started;
        if (stdin === null || stdout === null) throw new Error('the engine has no pipes');
        return Object.assign(started, { stdin, stdout });
      } finally {
        closeSync(secret);
      }
    },
    pid: () => child?.pid,
    complaints: () => complaints.trim(),
  };
};
