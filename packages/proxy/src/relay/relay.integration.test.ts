import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, message, startProxy, type TestProxy } from '../testing/proxy.ts';
import {
  answerMessage,
  answerStream,
  sseEvent,
  startUpstream,
  streamedMessage,
  type TestUpstream,
} from '../testing/upstream.ts';

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close();
});

const both = async (
  options: Partial<Parameters<typeof startProxy>[0]> = {},
): Promise<{ upstream: TestUpstream; proxy: TestProxy; key: string }> => {
  const upstream = await startUpstream();
  const proxy = await startProxy({ upstreamUrl: upstream.url, ...options });
  running.push(upstream, proxy);
  return { upstream, proxy, key: (await proxy.createKey('alice')).key };
};

interface ApiErrorBody {
  type: string;
  error: { type: string; message: string };
  request_id: string;
}
const errorOf = async (response: Response): Promise<ApiErrorBody> => (await response.json()) as ApiErrorBody;

describe('what goes upstream and comes back', () => {
  it('is the same bytes, path, query and headers, without what is ours or of one hop', async () => {
    const { upstream, proxy, key } = await both();
    const body = Buffer.from(
      `\n{ "model" : "claude-sonnet-4-6",\t"max_tokens":10, "x":"Grüße 🙂\\u00e9", "messages":[] }\n`,
    );
    upstream.answer = (response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'request-id': 'req_upstream',
        'anthropic-organization-id': 'org-secret',
        'anthropic-ratelimit-requests-remaining': '7',
        'x-anything': 'kept',
      });
      response.end('{"odd" :  1}');
    };
    const response = await fetch(`${proxy.url}/v1/messages?beta=true&x=%20y`, {
      method: 'POST',
      headers: {
        'x-api-key': key,
        'anthropic-version': '2023-06-01',
        'anthropic-beta': 'one-2026-01-01,two-2099-12-31',
        'anthropic-new-header': 'kept',
        'accept-encoding': 'gzip, br',
        'x-matrix-session': 'ses_1',
        'x-matrix-user': 'alice',
        'x-stainless-lang': 'js',
      },
      body,
    });
    expect(await response.text()).toBe('{"odd" :  1}');
    const [seen] = upstream.seen;
    expect(seen?.body.equals(body)).toBe(true);
    expect(seen?.url).toBe('/v1/messages?beta=true&x=%20y');
    expect(seen?.headers).toMatchObject({
      'x-api-key': 'sk-ant-shared',
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'one-2026-01-01,two-2099-12-31',
      'anthropic-new-header': 'kept',
      'accept-encoding': 'identity',
      'x-stainless-lang': 'js',
      'content-length': String(body.length),
    });
    expect(Object.keys(seen?.headers ?? {}).filter((name) => name.startsWith('x-matrix'))).toEqual([]);
    expect(JSON.stringify(seen?.rawHeaders)).not.toContain('mxk_');
    expect(response.headers.get('request-id')).toBe('req_upstream');
    expect(response.headers.get('x-anything')).toBe('kept');
    expect(response.headers.get('anthropic-organization-id')).toBeNull();
    expect(response.headers.get('anthropic-ratelimit-requests-remaining')).toBeNull();
  });

  it("keeps a tenant's own account headers when it pays itself, by Bearer too", async () => {
    const { upstream, proxy, key } = await both();
    upstream.answer = (response) => {
      response.setHeader('anthropic-organization-id', 'org-own');
      response.end('{}');
    };
    const response = await fetch(`${proxy.url}/v1/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-ant-oat-own', 'x-matrix-key': key },
      body: message(),
    });
    expect(response.headers.get('anthropic-organization-id')).toBe('org-own');
    expect(upstream.seen[0]?.headers.authorization).toBe('Bearer sk-ant-oat-own');
    expect(upstream.seen[0]?.headers['x-api-key']).toBeUndefined();
  });

  it('relays a stream as it comes, not when it is over', async () => {
    const { upstream, proxy, key } = await both();
    const events = streamedMessage(['first', 'second']);
    let goOn = (): void => {};
    upstream.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(events.slice(0, 4).join(''));
      goOn = () => response.end(events.slice(4).join(''));
    };
    const response = await ask(proxy.url, key, { stream: true });
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('first')) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    goOn();
    for (;;) {
      const next = await reader?.read();
      if (next === undefined || next.done) break;
      text += Buffer.from(next.value).toString();
    }
    expect(text).toBe(events.join(''));
  });

  it.each([
    [529, { 'retry-after': '7' }],
    [500, {}],
    [429, { 'retry-after': '3', 'x-should-retry': 'true' }],
    [400, {}],
  ])('passes a %i on as it comes, and charges nothing', async (status, headers) => {
    const { upstream, proxy, key } = await both();
    const body =
      '{"type":"error","error":{"type":"overloaded_error","message":"Überlastet"},"request_id":"req_9"}';
    upstream.answer = (response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_9', ...headers });
      response.end(body);
    };
    const response = await ask(proxy.url, key);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
    for (const [name, value] of Object.entries(headers)) expect(response.headers.get(name)).toBe(value);
    await expect
      .poll(async () => (await proxy.usage('alice')).today)
      .toMatchObject({ requests: 1, costUsd: '0.000000000' });
  });

  it('turns to another shared key while one cools down', async () => {
    let now = Date.parse('2026-11-23T12:00:00Z');
    const { upstream, proxy, key } = await both({ apiKeys: ['sk-one', 'sk-two'], now: () => now });
    await (await ask(proxy.url, key)).text();
    const first = upstream.seen[0]?.headers['x-api-key'];
    await (await ask(proxy.url, key)).text();
    expect(upstream.seen[1]?.headers['x-api-key']).toBe(first);
    upstream.answer = (response) => {
      response.writeHead(429, { 'retry-after': '60' });
      response.end('{}');
    };
    await (await ask(proxy.url, key)).text();
    upstream.answer = answerMessage();
    await (await ask(proxy.url, key)).text();
    expect(upstream.seen[3]?.headers['x-api-key']).not.toBe(first);
    now += 61_000;
    await (await ask(proxy.url, key)).text();
    expect(upstream.seen[4]?.headers['x-api-key']).toBe(first);
  });

  it('serves what Claude Code asks besides messages, over the limit too', async () => {
    const { upstream, proxy, key } = await both();
    await proxy.setQuota('alice', { dailyLimitUsd: 0 });
    upstream.answer = (response, seen) =>
      response.end(JSON.stringify({ path: seen.url, body: seen.body.toString() }));
    expect((await fetch(`${proxy.url}/api/hello`, { method: 'HEAD' })).status).toBe(200);
    const models = await fetch(`${proxy.url}/v1/models?limit=5`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await models.json()).toEqual({ path: '/v1/models?limit=5', body: '' });
    const counted = await fetch(`${proxy.url}/v1/messages/count_tokens`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: message(),
    });
    expect(counted.status).toBe(200);
    expect(await counted.json()).toMatchObject({ body: message() });
    expect((await ask(proxy.url, key)).status).toBe(429);
  });

  it('carries a big body without keeping it: to a file without a name, and from there', async () => {
    const { upstream, proxy, key } = await both();
    const image = randomBytes(6_000_000).toString('base64');
    const extra = {
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } }],
        },
      ],
    };
    await (await ask(proxy.url, key, extra)).text();
    expect(upstream.seen[0]?.body.toString()).toBe(message(extra));
    expect(await readdir(join(proxy.statePath, 'proxy-spool'))).toEqual([]);
  });

  it('streams files both ways', async () => {
    const { upstream, proxy, key } = await both();
    upstream.answer = (response, seen) => response.end(seen.body);
    const file = randomBytes(20_000_000);
    const response = await fetch(`${proxy.url}/v1/files`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: file,
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(file)).toBe(true);
  });
});

describe('who is refused', () => {
  it.each([
    ['no key', {}],
    ['an unknown key', { 'x-api-key': 'mxk_alice_0123456789abcdef0123456789abcdef' }],
    ['a key with strange characters', { 'x-api-key': "mxk_alice_'; drop table keys; --\u00e9" }],
    ['an endless key', { 'x-api-key': `mxk_${'a'.repeat(9000)}` }],
    ['an Anthropic key alone', { 'x-api-key': 'sk-ant-own' }],
    ['a user header, untrusted', { 'x-matrix-user': 'alice' }],
  ])('%s: 401 in the shape of the API', async (_name, headers) => {
    const { upstream, proxy } = await both();
    const response = await fetch(`${proxy.url}/v1/messages`, { method: 'POST', headers, body: message() });
    expect(response.status).toBe(401);
    const body = await errorOf(response);
    expect(body).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
    expect(response.headers.get('request-id')).toBe(body.request_id);
    expect(upstream.seen).toHaveLength(0);
  });

  it('one whose user header contradicts the key', async () => {
    const { proxy, key } = await both();
    const response = await ask(proxy.url, key, {}, { 'x-matrix-user': 'bob' });
    expect(response.status).toBe(403);
    expect((await errorOf(response)).error.type).toBe('permission_error');
  });

  it('nobody on a private network that trusts the user header', async () => {
    const { proxy } = await both({ trustUserHeader: true });
    const asked = (user: string) =>
      fetch(`${proxy.url}/v1/messages`, {
        method: 'POST',
        headers: { 'x-matrix-user': user },
        body: message(),
      });
    expect((await asked('new-one')).status).toBe(200);
    expect((await asked('Not A Name')).status).toBe(401);
    await expect.poll(async () => (await proxy.usage('new-one')).today.requests).toBe(1);
  });
});

describe('bad input', () => {
  it.each([
    ['{"model":', 'not valid JSON'],
    ['[]]', 'not valid JSON'],
    ['', 'not valid JSON'],
    ['{"model":"m","max_tokens":"lots"}', 'max_tokens'],
    ['{"model":"m","max_tokens":-5}', 'max_tokens'],
  ])('%j is answered with what is wrong', async (body, words) => {
    const { upstream, proxy, key } = await both();
    const response = await fetch(`${proxy.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body,
    });
    expect(response.status).toBe(400);
    expect((await errorOf(response)).error).toMatchObject({
      type: 'invalid_request_error',
      message: expect.stringContaining(words),
    });
    expect(upstream.seen).toHaveLength(0);
  });

  it('absurd max_tokens reserves no more than the model can write', async () => {
    const { upstream, proxy, key } = await both();
    // 64,000 or 128,000 tokens at $15 per million fit, a billion would not.
    await proxy.setQuota('alice', { dailyLimitUsd: 3 });
    await (await ask(proxy.url, key, { max_tokens: 1e15 })).text();
    expect(upstream.seen).toHaveLength(1);
  });

  it('an unknown model is charged at the dearest rate, and flagged', async () => {
    const { upstream, proxy, key } = await both();
    upstream.answer = answerMessage({ input_tokens: 0, output_tokens: 1000 }, 'claude-of-the-future');
    await (await ask(proxy.url, key, { model: 'claude-of-the-future' })).text();
    await expect.poll(async () => (await proxy.usage('alice')).today.costUsd).toBe('0.075000000');
  });

  it('a body over the limit, named or not', async () => {
    const { proxy, key } = await both();
    const huge = await fetch(`${proxy.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: Buffer.alloc(33_000_000, 32),
    });
    expect(huge.status).toBe(413);
    expect((await errorOf(huge)).error.type).toBe('request_too_large');
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1_000_000;
        if (sent > 40_000_000) controller.close();
        else controller.enqueue(Buffer.alloc(1_000_000, 32));
      },
    });
    const response = await fetch(`${proxy.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: endless,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('huge headers', async () => {
    const { proxy } = await both();
    const response = await fetch(`${proxy.url}/v1/messages`, { headers: { 'x-big': 'a'.repeat(100_000) } });
    expect(response.status).toBe(431);
    expect((await errorOf(response)).error.message).toContain('64 kB');
  });

  it('what is not HTTP', async () => {
    const { proxy } = await both();
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    socket.end('GET / WAT\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += chunk.toString();
    expect(text).toMatch(/^HTTP\/1\.1 400 .*"invalid_request_error"/s);
  });

  it('a body that drips', async () => {
    const { upstream, proxy, key } = await both({ bodyPatienceMs: 400 });
    const answered = new Promise<{ status: number; text: string }>((resolve, reject) => {
      const request = httpRequest(`${proxy.url}/v1/messages`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-length': '1000' },
      });
      request.on('response', async (response) => {
        let text = '';
        for await (const chunk of response) text += String(chunk);
        resolve({ status: response.statusCode ?? 0, text });
      });
      request.on('error', reject);
      request.write('{');
    });
    const { status, text } = await answered;
    expect(status).toBe(408);
    expect(text).toContain('too slowly');
    expect(upstream.seen).toHaveLength(0);
  });
});

describe('an upstream that fails', () => {
  it('is down: 502 in the shape of the API, nothing charged, nothing held', async () => {
    const { upstream, proxy, key } = await both();
    await proxy.setQuota('alice', { dailyLimitUsd: 1, requestsAtOnce: 1 });
    await upstream.close();
    for (let i = 0; i < 2; i++) {
      const response = await ask(proxy.url, key);
      expect(response.status).toBe(502);
      expect((await errorOf(response)).error.type).toBe('api_error');
      await expect
        .poll(async () => (await proxy.usage('alice')).limits.daily)
        .toMatchObject({ spentUsd: '0.000000000', reservedUsd: '0.000000000' });
    }
  });

  it('stops in mid-event: the stream ends with an error that SDKs raise, and the input is charged', async () => {
    const { upstream, proxy, key } = await both();
    upstream.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(streamedMessage(['Hello']).slice(0, 4).join(''));
      response.write('event: content_block_delta\ndata: {"type":"content_blo', () => response.destroy());
    };
    const text = await (await ask(proxy.url, key, { stream: true })).text();
    expect(text).toMatch(/\nevent: error\ndata: \{"type":"error","error":\{"type":"api_error".*\}\n\n$/);
    await expect.poll(async () => (await proxy.usage('alice')).today.inputTokens).toBe(1000);
    expect(Number((await proxy.usage('alice')).today.costUsd)).toBeGreaterThan(0.003);
  });

  it('sends an error after it began well', async () => {
    const { upstream, proxy, key } = await both();
    const error = sseEvent('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
    upstream.answer = answerStream([...streamedMessage(['Hello']).slice(0, 4), error]);
    expect(await (await ask(proxy.url, key, { stream: true })).text()).toContain(error);
    await expect.poll(async () => (await proxy.usage('alice')).today.inputTokens).toBe(1000);
  });

  it('never ends: a client that leaves is let go, and charged for what came', async () => {
    const { upstream, proxy, key } = await both({ drainMs: 200 });
    let closed = false;
    upstream.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(streamedMessage(['Hello']).slice(0, 4).join(''));
      const timer = setInterval(() => response.write(sseEvent('ping', {})), 10);
      response.on('close', () => {
        closed = true;
        clearInterval(timer);
      });
    };
    const leaving = new AbortController();
    const response = await ask(proxy.url, key, { stream: true }, {}, leaving.signal);
    await response.body?.getReader().read();
    leaving.abort();
    await expect.poll(() => closed).toBe(true);
    await expect.poll(async () => (await proxy.usage('alice')).today.inputTokens).toBe(1000);
  });

  it('waits for a client that reads slowly, and keeps nothing for it', async () => {
    const { upstream, proxy, key } = await both();
    const big = Buffer.alloc(40_000_000, 'x');
    let taken = false;
    const slow = answerStream();
    upstream.answer = (response, seen, request) => {
      if (!seen.body.toString().includes('slowly')) return slow(response, seen, request);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(streamedMessage([]).slice(0, 2).join(''));
      response.write('event: content_block_delta\ndata: ');
      response.write(big, () => {
        taken = true;
      });
      return response.end(`\n\n${streamedMessage([]).slice(-2).join('')}`);
    };
    const response = await ask(proxy.url, key, { stream: true, system: 'slowly' });
    const reader = response.body?.getReader();
    await reader?.read();
    // Meanwhile others are served, and upstream still has most of it in its own hands.
    for (let i = 0; i < 50; i++) await (await ask(proxy.url, key, { stream: true })).text();
    expect(taken).toBe(false);
    let bytes = 0;
    for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
      bytes += next.value.length;
    }
    expect(bytes).toBeGreaterThan(39_000_000);
    await expect.poll(async () => (await proxy.usage('alice')).today.requests).toBe(51);
    expect((await proxy.usage('alice')).today.outputTokens).toBe(51 * 200);
  });
});
