import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { processTree } from './processes.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export interface RunningOs {
  readonly url: string;
  readonly gatewayUrl: string;
  readonly home: string;
  readonly state: string;
  readonly pid: number;
  /** The link that was printed; it works once. */
  readonly link: string;
  /** Everything both services and the command printed. */
  output(): string;
  /** A fresh link, as `matrix link` prints. */
  newLink(): Promise<string>;
  /** An authorized request of a program. */
  request(path: string, init?: RequestInit): Promise<Response>;
  pidOf(service: 'gateway' | 'shell'): number;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** `stop`, and the folders are gone. */
  dispose(): Promise<void>;
}

export interface StartOptions {
  readonly home?: string;
  readonly state?: string;
  readonly ports?: { readonly gateway: number; readonly shell: number };
  readonly environment?: Readonly<Record<string, string>>;
}

const ENTRIES = { gateway: /gateway\/dist\/start\.js/, shell: /shell\/dist\/server\/start\.js/ };

/** The variables a test's machine may have set and that must not leak into what it starts. */
const CLEARED = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_API_KEY_FILE',
  'ANTHROPIC_BASE_URL',
  'CREDENTIALS_DIRECTORY',
  'MATRIX_MODEL',
  'MATRIX_AUTH_TOKEN',
  'MATRIX_AUTH_TOKEN_FILE',
  'MATRIX_HOME',
];

/** Starts the built OS as `npm start` does once everything is built: real processes, a home and a state of their own. */
export const startOs = async (options: StartOptions = {}): Promise<RunningOs> => {
  const folder = await mkdtemp(join(tmpdir(), 'matrix-os-'));
  const home = options.home ?? join(folder, 'home');
  const state = options.state ?? join(folder, 'state');
  const ports = options.ports ?? { gateway: await freePort(), shell: await freePort() };
  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !CLEARED.includes(name))),
    PORT: String(ports.gateway),
    SHELL_PORT: String(ports.shell),
    MATRIX_HOME: home,
    MATRIX_STATE: state,
    MATRIX_LINK_HOST: '127.0.0.1',
    ...options.environment,
  };
  const command = join(ROOT, 'packages/cli/dist/main.js');
  const child = spawn(process.execPath, [command, 'up', '--logs'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { link, output } = await readLink(child);
  const gatewayUrl = `http://127.0.0.1:${ports.gateway}`;

  const stop = async (): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    return child.exitCode;
  };
  return {
    url: `http://127.0.0.1:${ports.shell}`,
    gatewayUrl,
    home,
    state,
    pid: child.pid ?? 0,
    link,
    output,
    stop,
    async newLink() {
      const print = spawn(process.execPath, [command, 'link'], {
        env: environment,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(print.stdout, 'data');
      return String(line).trim();
    },
    async request(path, init = {}) {
      const token = (await readFile(join(state, 'auth-token'), 'utf8')).trim();
      return fetch(gatewayUrl + path, {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers },
      });
    },
    pidOf(service) {
      const found = processTree(child.pid ?? 0).find((entry) => ENTRIES[service].test(entry.command));
      if (found === undefined) throw new Error(`${service} does not run`);
      return found.pid;
    },
    async dispose() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const readLink = (child: ChildProcess): Promise<{ link: string; output: () => string }> =>
  new Promise((resolve, reject) => {
    let text = '';
    const output = () => text;
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const link = /https?:\/\/\S+\/login#code=\S+/.exec(text)?.[0];
      if (link !== undefined) resolve({ link, output });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('exit', (code) => reject(new Error(`matrix up ended with ${code}:\n${text}`)));
  });
