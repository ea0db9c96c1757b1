import { readFile } from 'node:fs/promises';
import { Health, Problem } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { createTestApp } from './testing/test-app.ts';
import { VERSION } from './version.ts';

describe('health', () => {
  it('is open to anyone by any name, and no use of the OS', async () => {
    let time = 1e12;
    const { anonymous, request } = await createTestApp({ now: () => time });
    time += 5000;
    const health = Health.parse(
      await (await anonymous('/health', { headers: { host: 'evil.test' } })).json(),
    );
    expect(health).toMatchObject({ status: 'ok', busy: false, lastActivityCause: 'start', nextWakeAt: null });
    expect(Date.parse(health.lastActivityAt)).toBe(1e12);
    await request('/api/apps');
    const after = Health.parse(await (await anonymous('/health')).json());
    expect(after.lastActivityCause).toBe('request');
    expect(Date.parse(after.lastActivityAt)).toBe(time);
  });

  it('is busy while a turn runs, and names it as the cause', async () => {
    const finish = Promise.withResolvers<string>();
    const { anonymous, postJson } = await createTestApp({ answer: () => finish.promise });
    await postJson('/api/message', { text: 'think' }, { prefer: 'respond-async' });
    expect(await (await anonymous('/health')).json()).toMatchObject({
      busy: true,
      lastActivityCause: 'turn',
    });
    finish.resolve('done');
  });

  it('tells the version of the release', async () => {
    const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
    expect(VERSION).toBe(manifest.version);
  });
});

describe('host and origin', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'todo.localhost:4000',
    '127.0.0.1:4000',
    '192.168.1.20',
    '[::1]:4000',
    'matrix.local',
    'Bob.Example.org',
    'a.os.example.org',
  ])('answers to %s', async (host) => {
    const { request } = await createTestApp();
    expect((await request('/api/apps', { headers: { host } })).status).toBe(200);
  });

  it.each([
    'evil.test',
    'localhost.evil.test',
    'os.example.org',
    'xbob.example.org',
    '127.0.0.1.evil.test',
    'a b',
    '',
  ])('refuses to be called %j', async (host) => {
    const { request } = await createTestApp();
    expect((await request('/api/apps', { headers: { host } })).status).toBe(403);
  });

  it.each([
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { origin: 'http://localhost:9999' },
    { 'sec-fetch-site': 'cross-site' },
  ])('lets no other site act: %j', async (headers) => {
    const { postJson } = await createTestApp();
    expect((await postJson('/api/message', { text: 'hi' }, headers as Record<string, string>)).status).toBe(
      403,
    );
  });

  it('lets its own pages act', async () => {
    const { postJson } = await createTestApp();
    const headers = { origin: 'http://localhost:4000', 'sec-fetch-site': 'same-origin' };
    expect((await postJson('/api/message', { text: 'hi' }, headers)).status).toBe(200);
  });
});

describe('errors', () => {
  it('are problems, with what is wrong and nothing of the inside', async () => {
    const { postJson, request } = await createTestApp();
    const missing = await request('/api/nothing');
    expect(missing.status).toBe(404);
    expect(Problem.parse(await missing.json()).code).toBe('not_found');
    const invalid = await postJson('/api/message', { text: '', surprise: 1 });
    expect(invalid.status).toBe(400);
    const { detail } = Problem.parse(await invalid.json());
    expect(detail).toContain('say something');
    expect(detail).toContain('surprise');
    expect((await request('/api/message', { method: 'POST', body: '{' })).status).toBe(400);
  });

  it('bound what a body may weigh, announced or not', async () => {
    const { request, app } = await createTestApp();
    const big = JSON.stringify({ text: 'a'.repeat(1_000_001) });
    expect((await request('/api/message', { method: 'POST', body: big })).status).toBe(413);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
    const init = {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { host: 'localhost', authorization: 'Bearer test-token-of-this-gateway' },
    };
    expect((await app.request('http://localhost/api/message', init as RequestInit)).status).toBe(413);
  });

  it('answer 500 for a bug, and say nothing of it', async () => {
    const { postJson } = await createTestApp({
      answer: async () => {
        throw new Error('a secret detail');
      },
    });
    const answer = await postJson('/api/message', { text: 'hi' });
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
  });
});
