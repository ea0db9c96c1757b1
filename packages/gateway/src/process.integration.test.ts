import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Health, LoginCode, SystemInfo } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { closeCode, greet, isType, readFrames } from './testing/frames.ts';
import { launch, startGatewayProcess } from './testing/gateway-process.ts';
import { browserHeaders, makeFolder } from './testing/test-app.ts';

describe('a start', () => {
  it('makes the home and the token, says so in one line, and is healthy', async () => {
    const { url, home, state, request } = await startGatewayProcess();
    const health = Health.parse(await (await fetch(`${url}/health`)).json());
    expect(health).toMatchObject({ status: 'ok', busy: false, lastActivityCause: 'start' });
    expect((await stat(join(state, 'auth-token'))).mode & 0o777).toBe(0o600);
    expect((await stat(state)).mode & 0o777).toBe(0o700);
    expect((await stat(join(home, 'apps'))).isDirectory()).toBe(true);
    const system = SystemInfo.parse(await (await request('/api/system')).json());
    expect(system).toMatchObject({ home, version: health.version });
  });

  it('keeps browsers signed in over kill -9', async () => {
    const first = await startGatewayProcess();
    const { code } = LoginCode.parse(await (await first.request('/auth/codes', { method: 'POST' })).json());
    const login = await fetch(`${first.url}/auth/login`, { method: 'POST', body: JSON.stringify({ code }) });
    const headers = await browserHeaders(login);
    await first.stop('SIGKILL');
    const second = await startGatewayProcess({ MATRIX_HOME: first.home, MATRIX_STATE: first.state });
    expect((await fetch(`${second.url}/auth/session`, { headers })).status).toBe(200);
    expect((await fetch(`${second.url}/auth/session`)).status).toBe(401);
  });

  it('says what to do when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { exited, errors } = await launch({ PORT: String(port) });
    expect(await exited).toBe(1);
    expect(errors()).toBe(
      `Port ${port} is in use. Stop what listens there, or choose another one with PORT=${port + 1}.\n`,
    );
    other.close();
  });

  it('names every mistake in the configuration', async () => {
    const { exited, errors } = await launch({ PORT: 'four thousand', MATRIX_AUTONOMY: 'wild' });
    expect(await exited).toBe(1);
    expect(errors()).toContain('PORT');
    expect(errors()).toContain('MATRIX_AUTONOMY');
  });

  it('says what to do when the home can not be made', async () => {
    const folder = await makeFolder('blocked');
    // Root may write anywhere, but nobody makes a folder in a file.
    await writeFile(join(folder, 'file'), '');
    const { exited, errors } = await launch({ MATRIX_HOME: join(folder, 'file', 'home') });
    expect(await exited).toBe(1);
    expect(errors()).toContain('MATRIX_HOME');
    expect(errors()).not.toContain('    at ');
  });

  it('says what to do when the state can not be kept', async () => {
    const folder = await makeFolder('blocked');
    await writeFile(join(folder, 'file'), '');
    const { exited, errors } = await launch({ MATRIX_STATE: join(folder, 'file', 'state') });
    expect(await exited).toBe(1);
    expect(errors()).toContain('MATRIX_STATE');
    expect(errors()).not.toContain('    at ');
  });

  it('survives damaged files of its own', async () => {
    const state = await makeFolder('state');
    await writeFile(join(state, 'auth.json'), '{"logins": [{');
    await writeFile(join(state, 'job-sessions.json'), 'null');
    const home = await makeFolder('home');
    await mkdir(join(home, 'system'));
    await writeFile(join(home, 'system', 'cron.json'), '[]');
    const { url } = await startGatewayProcess({ MATRIX_STATE: state, MATRIX_HOME: home });
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});

describe('an end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s takes the sockets and the shells along', async (signal) => {
    const { authority, stop, token } = await startGatewayProcess();
    const headers = { authorization: `Bearer ${token}` };
    const desktop = new WebSocket(`ws://${authority}/ws`, { headers });
    const { until } = readFrames(desktop);
    await greet(desktop);
    await until(isType('welcome'));
    const terminal = new WebSocket(`ws://${authority}/ws/terminal`, { headers });
    await once(terminal, 'open');
    terminal.send(JSON.stringify({ type: 'input', data: 'trap "" HUP; echo shell=$$; sleep 1000\n' }));
    let output = '';
    const shell = await new Promise<number>((resolve) => {
      terminal.on('message', (data) => {
        output += data;
        const pid = /shell=(\d+)\r?$/m.exec(output)?.[1];
        if (pid !== undefined) resolve(Number(pid));
      });
    });
    const closed = closeCode(desktop);
    const asked = Date.now();
    expect(await stop(signal)).toBe(0);
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(await closed).toBe(1001);
    expect(() => process.kill(shell, 0)).toThrow('ESRCH');
  });
});

it('ends in an orderly way when its supervisor is gone, even while it starts', async () => {
  // Standard input is at its end from the start, which is how a dead supervisor looks.
  const { exited, errors } = await launch({ MATRIX_SUPERVISED: '1' });
  expect([await exited, errors()]).toEqual([0, '']);
});

it('keeps its secrets from the shells it opens', async () => {
  const secrets = {
    MATRIX_AUTH_TOKEN: 'secret-of-the-gateway',
    ANTHROPIC_API_KEY: 'secret-of-the-model',
    AWS_SECRET_ACCESS_KEY: 'secret-of-a-cloud',
    DATABASE_URL: 'secret-of-a-database',
  };
  const { authority } = await startGatewayProcess(secrets);
  const headers = { authorization: `Bearer ${secrets.MATRIX_AUTH_TOKEN}` };
  const terminal = new WebSocket(`ws://${authority}/ws/terminal`, { headers });
  await once(terminal, 'open');
  let output = '';
  terminal.on('message', (data) => {
    output += data;
  });
  terminal.send(JSON.stringify({ type: 'input', data: 'env; exit\n' }));
  await once(terminal, 'close');
  expect(output).toMatch(/^HOME=/m);
  expect(output).toMatch(/^TERM=xterm-256color\r?$/m);
  expect(output).not.toContain('secret-of');
});
