import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { makeFolder } from './test-app.ts';

const ENTRY = join(import.meta.dirname, '..', 'start.ts');

export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly authority: string;
  readonly token: string;
  readonly home: string;
  readonly state: string;
  request(path: string, init?: RequestInit & { headers?: Record<string, string> }): Promise<Response>;
  /** Resolves with the exit code; null when a signal ended it. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Runs `start.ts` as `matrix up` does, and collects what it says. */
export const launch = async (environment: Record<string, string> = {}) => {
  const home = environment.MATRIX_HOME ?? join(await makeFolder('home'), 'home');
  const state = environment.MATRIX_STATE ?? join(await makeFolder('state'), 'state');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ENTRY], {
    env: {
      PATH: process.env.PATH,
      HOME: await makeFolder('user'),
      LANG: 'C.UTF-8',
      PORT: '0',
      MATRIX_HOME: home,
      MATRIX_STATE: state,
      MATRIX_LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const exited: Promise<number | null> = once(child, 'exit').then(([code]) => code);
  return {
    child,
    home,
    state,
    exited,
    lines: createInterface({ input: child.stdout }),
    errors: () => errors,
  };
};

/** The real thing, ready to answer. */
export const startGatewayProcess = async (
  environment: Record<string, string> = {},
): Promise<GatewayProcess> => {
  const { child, home, state, exited, lines, errors } = await launch(environment);
  const port = await Promise.race([
    once(lines, 'line').then(([line]) => JSON.parse(line).port as number),
    exited.then((code) => {
      throw new Error(`the gateway ended with ${code}: ${errors()}`);
    }),
  ]);
  const token = environment.MATRIX_AUTH_TOKEN ?? (await readFile(join(state, 'auth-token'), 'utf8')).trim();
  const authority = `127.0.0.1:${port}`;
  const url = `http://${authority}`;
  return {
    child,
    url,
    authority,
    token,
    home,
    state,
    request: (path, init = {}) =>
      fetch(url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } }),
    stop(signal) {
      child.kill(signal);
      return exited;
    },
  };
};
