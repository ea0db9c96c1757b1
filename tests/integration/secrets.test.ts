import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { processTree } from '../support/processes.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

const COMMAND = join(import.meta.dirname, '..', '..', 'packages/cli/dist/main.js');
const KEY = 'sk-ant-canary-of-the-key';
const TOKEN = 'canary-of-the-bearer-token';

let folder: string;
let os: RunningOs | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'matrix-secrets-'));
});
afterEach(async () => {
  await os?.dispose();
  os = undefined;
  rmSync(folder, { recursive: true });
});

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
  return join(folder, name);
};

/** What anybody who runs as the same user can read of a process. */
const shownBy = (pid: number): string =>
  ['environ', 'cmdline'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8')).join('\n');

const ask = async (running: RunningOs, path: string, token = TOKEN) => {
  const response = await fetch(running.gatewayUrl + path, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: await response.text() };
};

/** Everything that a terminal can print of its environment, and of its own process. */
const inTerminal = async (running: RunningOs): Promise<string> => {
  const url = `${running.gatewayUrl.replace('http', 'ws')}/ws/terminal`;
  // Node's own takes headers, which a browser's does not.
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${TOKEN}` } } as never);
  await once(socket, 'open');
  let output = '';
  socket.addEventListener('message', async ({ data }) => {
    output += typeof data === 'string' ? data : await (data as Blob).text();
  });
  const script = 'printenv; cat /proc/$$/environ | tr "\\0" "\\n"; ls -l /proc/$$/fd; set; exit\n';
  socket.send(JSON.stringify({ type: 'input', data: script }));
  await once(socket, 'close');
  return output;
};

it('shows a secret that it was started with in no service, no terminal and no log', async () => {
  os = await startOs({
    environment: {
      ANTHROPIC_API_KEY: KEY,
      MATRIX_AUTH_TOKEN: TOKEN,
      DATABASE_URL: 'postgres://matrix:canary@localhost/ledger',
      PROXY_ADMIN_TOKEN: 'canary-of-the-proxy',
      AWS_SECRET_ACCESS_KEY: 'canary-of-a-cloud',
      NODE_AUTH_TOKEN: 'canary-of-a-registry',
      HTTP_PROXY: 'http://somebody:canary@127.0.0.1:9',
      MATRIX_LOG_LEVEL: 'trace',
    },
  });
  // It is there to be found, and they do have what is theirs.
  expect(shownBy(os.pid)).toContain(KEY);
  expect((await ask(os, '/api/settings')).body).toContain('"environment"');
  expect((await ask(os, '/api/settings', 'canary-of-somebody-else')).status).toBe(401);

  expect(shownBy(os.pidOf('shell'))).not.toContain('canary');
  // The gateway keeps the network's proxy: it is the one that leaves the machine.
  expect(shownBy(os.pidOf('gateway')).replace('somebody:canary@', '')).not.toContain('canary');
  expect(shownBy(os.pidOf('gateway'))).toContain('ANTHROPIC_API_KEY_FILE=/dev/fd/');
  const printed = await inTerminal(os);
  expect(printed.match(/^HTTP_PROXY=http:\/\/127\.0\.0\.1:9\r?$/gm)?.length).toBeGreaterThan(1);
  expect(printed).not.toMatch(/canary|_FILE=\/dev\/fd/);
  expect(os.output()).not.toContain('canary');
});

it('keeps its secrets over a kill -9 of the gateway', async () => {
  os = await startOs({ environment: { ANTHROPIC_API_KEY: KEY, MATRIX_AUTH_TOKEN: TOKEN } });
  const running = os;
  const before = running.pidOf('gateway');
  process.kill(before, 'SIGKILL');
  await expect
    .poll(() => ask(running, '/api/settings').catch(() => undefined), { timeout: 15_000 })
    .toMatchObject({ status: 200, body: expect.stringContaining('"environment"') });
  const after = running.pidOf('gateway');
  expect(after).not.toBe(before);
  expect(shownBy(after)).not.toContain('canary');
});

it('takes them from files, and then not even the command itself shows one', async () => {
  file('ANTHROPIC_API_KEY', `${KEY}\n`);
  os = await startOs({
    environment: { CREDENTIALS_DIRECTORY: folder, MATRIX_AUTH_TOKEN_FILE: file('token', `${TOKEN}\n`) },
  });
  expect((await ask(os, '/api/settings')).body).toContain('"environment"');
  for (const { pid } of processTree(os.pid)) expect(shownBy(pid)).not.toContain('canary');
  // So does another command beside it.
  expect(await os.newLink()).toContain('/login#code=');
});

it('says what is wrong with a secret, and not what it is', async () => {
  const child = spawn(process.execPath, [COMMAND, 'up'], {
    env: { PATH: process.env.PATH, HOME: folder, MATRIX_STATE: folder, MATRIX_AUTH_TOKEN: 'canary' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(said).toContain('MATRIX_AUTH_TOKEN: use at least 16 characters');
  expect(said).not.toContain('canary');
});
