import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

let pages: string;
beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'shell-main-'));
  await writeFile(join(pages, 'index.html'), '<!doctype html>');
});
afterAll(() => rm(pages, { recursive: true }));

const start = (environment: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, 'start.ts')], {
    env: { ...process.env, SHELL_PORT: '0', MATRIX_SHELL_PAGES: pages, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const readyPort = async (child: ChildProcess): Promise<number> => {
  const [line] = (await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
  const ready = JSON.parse(String(line)) as { event: string; port: number };
  expect(ready.event).toBe('ready');
  return ready.port;
};

const outcome = async (child: ChildProcess): Promise<{ code: number | null; errors: string }> => {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, errors };
};

it('tells its port, serves, and ends on SIGTERM with connections open', async () => {
  const child = start({});
  const port = await readyPort(child);
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect(answer.status).toBe(200);
  child.kill('SIGTERM');
  expect((await outcome(child)).code).toBe(0);
});

it('says in one line that the port is taken', async () => {
  const first = start({});
  const port = await readyPort(first);
  const second = await outcome(start({ SHELL_PORT: String(port) }));
  first.kill('SIGTERM');
  await outcome(first);
  expect(second.code).toBe(1);
  expect(second.errors.trim().split('\n')).toEqual([expect.stringContaining(`Port ${port} is in use`)]);
});

it('says what to run when the desktop was not built', async () => {
  const { code, errors } = await outcome(start({ MATRIX_SHELL_PAGES: join(pages, 'missing') }));
  expect(code).toBe(1);
  expect(errors).toContain('npm run build');
});

it('reports every mistake of its configuration', async () => {
  const { code, errors } = await outcome(start({ SHELL_PORT: 'x', MATRIX_GATEWAY_URL: 'ftp://y' }));
  expect(code).toBe(1);
  expect(errors).toContain('SHELL_PORT');
  expect(errors).toContain('MATRIX_GATEWAY_URL');
});
