import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';

const COMMAND = join(import.meta.dirname, '..', '..', 'packages/cli/dist/main.js');

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'matrix-proxy-'));
});
afterEach(() => rm(state, { recursive: true, force: true }));

const start = (environment: Record<string, string>) =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', COMMAND, 'proxy'], {
    env: { PATH: process.env.PATH, HOME: state, MATRIX_STATE: state, PROXY_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

it('starts the built proxy, which says where it listens, and ends with 0 on SIGTERM', async () => {
  const child = start({ PROXY_ADMIN_TOKEN: 'a-token-that-is-long-enough' });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { event, port } = JSON.parse(String(line));
  expect(event).toBe('ready');
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${port}/usage/summary`)).status).toBe(401);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

it('names every variable that is wrong, and what to set', async () => {
  const child = start({ PROXY_PORT: 'eighty' });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = await once(child, 'close');
  expect(code).not.toBe(0);
  const text = Buffer.concat(said).toString();
  expect(text).toContain('PROXY_ADMIN_TOKEN');
  expect(text).toContain('PROXY_PORT');
  expect(text).not.toContain('    at ');
});
