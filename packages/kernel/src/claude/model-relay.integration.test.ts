import { once } from 'node:events';
import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createModelRelay, type TurnRelay } from './model-relay.ts';

const KEY = 'sk-ant-the-owners';
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
};

/** Also for one that is broken off. */
const closed = (request: IncomingMessage | undefined): Promise<void> =>
  new Promise((resolve) => request?.on('error', () => {}).once('close', resolve));

const open = async (baseUrl: string, environment: Record<string, string> = {}) => {
  const relay = createModelRelay({ environment });
  closing.push(() => relay.close());
  return { relay, turn: await relay.open({ baseUrl, apiKey: KEY }) };
};

const ask = (turn: TurnRelay, path = '/v1/messages', init: RequestInit = {}): Promise<Response> =>
  fetch(turn.url + path, {
    method: 'POST',
    body: '{"model":"m"}',
    ...init,
    headers: { 'x-api-key': turn.token, 'anthropic-beta': 'b', cookie: 'c=d', ...init.headers },
  });

describe('the way to the model', () => {
  test('puts the key on what passes, takes the token off, and changes nothing else', async () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 31) % 256));
    const { url, seen } = await serve((request, response) => {
      request.pipe(response.writeHead(418, { 'x-told': 'yes', 'content-encoding': 'identity' }));
    });
    const { turn } = await open(`${url}/base/`);
    const response = await ask(turn, '/v1/messages?beta=true', { body: bytes });
    expect([response.status, response.headers.get('x-told')]).toEqual([418, 'yes']);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    const [request] = seen;
    expect(request?.url).toBe('/base/v1/messages?beta=true');
    expect(request?.headers).toMatchObject({
      'x-api-key': KEY,
      'anthropic-beta': 'b',
      host: new URL(url).host,
    });
    expect(request?.rawHeaders.join(' ')).not.toContain(turn.token);
    expect(request?.headers.cookie).toBeUndefined();
  });

  test('passes every piece on when it comes', async () => {
    let more: (() => void) | undefined;
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('first');
      more = () => response.end('second');
    });
    const { turn } = await open(url);
    const reader = (await ask(turn)).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first');
    more?.();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('second');
  });

  test('is closed to every other token, after the turn too, and then breaks off what runs', async () => {
    const { url, seen } = await serve((_request, response) => {
      response.writeHead(200).write('first');
    });
    const { turn, relay } = await open(url);
    for (const token of ['', KEY, `${turn.token}x`, turn.token.slice(1)])
      expect((await ask(turn, undefined, { headers: { 'x-api-key': token } })).status).toBe(401);
    expect(seen).toEqual([]);
    const running = await ask(turn);
    const left = closed(seen[0]);
    turn.close();
    await expect(running.text()).rejects.toThrow();
    await left;
    expect((await ask(turn)).status).toBe(401);
    const next = await relay.open({ baseUrl: url, apiKey: KEY });
    expect((await ask(turn)).status).toBe(401);
    next.close();
  });

  test('leads to the model and nowhere else of the endpoint', async () => {
    const { url, seen } = await serve((_request, response) => response.end('{}'));
    const { turn } = await open(url);
    const get = { method: 'GET', body: null };
    for (const [path, init] of [
      ['/v1/files', get],
      ['/v1/files', {}],
      ['/v1/messages/batches', {}],
      ['/v1/messages/../files', get],
      ['/v1/organizations/api_keys', get],
      ['/v1/messages/', {}],
      ['/', get],
      ['/v1/models/a/b', get],
      ['/v1/messages', { method: 'DELETE', body: null }],
    ] as const)
      expect([path, (await ask(turn, path, init)).status]).toEqual([path, 404]);
    expect(seen).toEqual([]);
    for (const [path, init] of [
      ['/v1/messages/count_tokens', {}],
      ['/v1/models/claude-x?a=b', get],
    ] as const)
      expect((await ask(turn, path, init)).status).toBe(200);
  });

  test('does to the engine what the endpoint does: no answer, half an answer', async () => {
    const { url } = await serve((request, response) => {
      if (request.url?.includes('half')) response.writeHead(200).write('half', () => response.destroy());
      else response.destroy();
    });
    const { turn } = await open(url);
    await expect(ask(turn)).rejects.toThrow();
    await expect(ask(turn, '/v1/messages?half').then((response) => response.text())).rejects.toThrow();
    const gone = await open('http://127.0.0.1:9');
    await expect(ask(gone.turn)).rejects.toThrow();
  });

  test('is not ended by headers that no object should have, nor by answers that Node would not send', async () => {
    const { url, seen } = await serve((request) => {
      const head = request.url?.includes('odd') ? 'HTTP/1.1 099 \u0001\r\n' : 'HTTP/1.1 200 OK\r\n';
      request.socket.end(`${head}constructor: a\r\ntoString: b\r\ncontent-length: 2\r\n\r\n{}`);
    });
    const { turn } = await open(url);
    const names = { constructor: 'x', toString: 'x', __proto__: 'x', hasOwnProperty: 'x' };
    const response = await ask(turn, undefined, { headers: { ...names } });
    expect([response.status, response.headers.get('tostring')]).toEqual([200, 'b']);
    expect(seen[0]?.headers.constructor).toBe('x');
    await expect(ask(turn, '/v1/messages?odd')).rejects.toThrow();
    expect((await ask(turn)).status).toBe(200);
  });

  test('ends the request upstream when the engine leaves', async () => {
    const { url, seen } = await serve((_request, response) => void response.writeHead(200).write('x'));
    const { turn } = await open(url);
    const leaving = new AbortController();
    const response = await ask(turn, undefined, { signal: leaving.signal });
    const left = closed(seen[0]);
    leaving.abort();
    await left;
    await expect(response.text()).rejects.toThrow();
  });

  test('goes by the machine’s proxy where one is set', async () => {
    const { url, seen } = await serve((_request, response) => response.end('by the proxy'));
    const { turn } = await open('http://model.invalid', { HTTP_PROXY: url.replace('//', '//user:word@') });
    expect(await (await ask(turn)).text()).toBe('by the proxy');
    expect(seen[0]?.url).toBe('http://model.invalid/v1/messages');
    expect(seen[0]?.headers['proxy-authorization']).toBe(
      `Basic ${Buffer.from('user:word').toString('base64')}`,
    );
  });

  test('is on this machine only', async () => {
    const { turn } = await open('http://127.0.0.1:9');
    const { port, hostname } = new URL(turn.url);
    expect(hostname).toBe('127.0.0.1');
    const request = requestHttp({ host: '::1', port });
    const [error] = await once(request.end(), 'error');
    expect(error).toMatchObject({ code: expect.stringMatching(/ECONNREFUSED|EADDRNOTAVAIL/) });
  });
});
