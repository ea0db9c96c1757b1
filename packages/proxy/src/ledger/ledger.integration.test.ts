import { afterEach, describe, expect, it } from 'vitest';
import { engines } from '../testing/engines.ts';
import { ask, startProxy, type TestProxy } from '../testing/proxy.ts';
import {
  answerMessage,
  answerStream,
  startUpstream,
  streamedMessage,
  type TestUpstream,
} from '../testing/upstream.ts';

describe.each(engines())('the ledger on $name', (engine) => {
  const running: { close(): Promise<void> }[] = [];
  const start = async (
    upstream: TestUpstream,
    options: Partial<Parameters<typeof startProxy>[0]> = {},
  ): Promise<TestProxy> => {
    const databaseUrl = options.databaseUrl ?? (await engine.databaseUrl());
    const proxy = await startProxy({ upstreamUrl: upstream.url, databaseUrl, ...options });
    running.push(proxy);
    return proxy;
  };
  const upstreamThat = async (...args: Parameters<typeof startUpstream>): Promise<TestUpstream> => {
    const upstream = await startUpstream(...args);
    running.unshift(upstream);
    return upstream;
  };
  afterEach(async () => {
    for (const one of running.splice(0).reverse()) await one.close();
  });

  it('books what the provider reports, to the nano-dollar', async () => {
    const upstream = await upstreamThat();
    const proxy = await start(upstream);
    const { key } = await proxy.createKey('alice');
    await (await ask(proxy.url, key)).text();
    upstream.answer = answerStream();
    await (await ask(proxy.url, key, { stream: true })).text();
    // Twice 1000 × $3 + 200 × $15 per million.
    await expect.poll(async () => (await proxy.usage('alice')).today.costUsd).toBe('0.012000000');
    expect((await proxy.usage('alice')).today).toMatchObject({
      requests: 2,
      inputTokens: 2000,
      outputTokens: 400,
    });
  });

  it('lets exactly one of a hundred requests at once past a limit that fits one', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const upstream = await upstreamThat(async (response, seen, request) => {
      await held;
      await answerMessage()(response, seen, request);
    });
    const databaseUrl = await engine.databaseUrl();
    const proxy = await start(upstream, { databaseUrl });
    // PostgreSQL serves several proxies, and the limit is one for all of them.
    const proxies =
      databaseUrl === undefined
        ? [proxy]
        : [proxy, await start(upstream, { databaseUrl, instance: 'other' })];
    const { key } = await proxy.createKey('alice');
    // One request reserves at most 1000 × $15 per million for its output and less than $0.001 for its input.
    await proxy.setQuota('alice', { dailyLimitUsd: '0.02' });
    const asked = Array.from({ length: 100 }, (_, number) =>
      ask((proxies[number % proxies.length] ?? proxy).url, key),
    );
    const refusals = Promise.all(
      asked.map(async (one) => {
        const response = await one;
        if (response.status === 429) return true;
        await response.text();
        return false;
      }),
    );
    await expect
      .poll(async () => {
        const refused = proxies.map((one) => metric(one, 'matrix_proxy_refused_total{reason="spend"}'));
        return (await Promise.all(refused)).reduce((sum: number, count) => sum + (count ?? 0), 0);
      })
      .toBe(99);
    release();
    expect((await refusals).filter(Boolean)).toHaveLength(99);
    expect(upstream.seen).toHaveLength(1);
    await expect
      .poll(async () => (await proxy.usage('alice')).limits.daily)
      .toMatchObject({ spentUsd: '0.006000000', reservedUsd: '0.000000000', leftUsd: '0.014000000' });
  });

  it('is exact for requests that follow one another without a pause', async () => {
    const upstream = await upstreamThat();
    const proxy = await start(upstream);
    const { key } = await proxy.createKey('alice');
    // Each reserves between $0.015 and $0.016 and costs $0.006: after the sixth, no seventh fits.
    await proxy.setQuota('alice', { dailyLimitUsd: '0.05', requestsAtOnce: 1 });
    const statuses: number[] = [];
    for (let count = 0; count < 8; count++) {
      const response = await ask(proxy.url, key);
      await response.text();
      statuses.push(response.status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
  });

  it('books on while the operator changes keys and limits', async () => {
    const upstream = await upstreamThat();
    const proxy = await start(upstream);
    const { key } = await proxy.createKey('alice');
    const changes = Array.from({ length: 25 }, async (_, number) => {
      await proxy.setQuota('alice', { dailyLimitUsd: 1000 + number });
      await proxy.createKey(`tenant-${number}`);
    });
    const asked = Array.from({ length: 100 }, async () => {
      const response = await ask(proxy.url, key);
      await response.text();
      return response.status;
    });
    await Promise.all(changes);
    expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
    await expect.poll(async () => (await proxy.usage('alice')).today.requests).toBe(100);
  });

  it('refuses in the words of the API, with the time of the reset', async () => {
    const upstream = await upstreamThat();
    const proxy = await start(upstream);
    const { key } = await proxy.createKey('alice');
    await proxy.setQuota('alice', { dailyLimitUsd: 0.001, timeZone: 'Europe/Berlin' });
    const response = await ask(proxy.url, key);
    expect(response.status).toBe(429);
    expect(response.headers.get('x-should-retry')).toBe('false');
    const seconds = Number(response.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(25 * 3600);
    const body = (await response.json()) as { type: string; error: { type: string; message: string } };
    expect(body).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
    expect(body.error.message).toMatch(
      /resets at 00:00 on \w+ \d+ \w+ \(Europe\/Berlin\), in .*own Anthropic key/,
    );
    expect(upstream.seen).toHaveLength(0);
  });

  it('limits requests per minute and at once, and lets a soft limit pass', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const upstream = await upstreamThat(async (response, seen, request) => {
      await held;
      await answerMessage()(response, seen, request);
    });
    const now = Date.parse('2026-11-23T12:00:10Z');
    const proxy = await start(upstream, { now: () => now });
    const { key } = await proxy.createKey('alice');
    await proxy.setQuota('alice', { requestsAtOnce: 2, requestsPerMinute: 3, dailyLimitUsd: 0, hard: false });
    const first = ask(proxy.url, key);
    const second = ask(proxy.url, key);
    await expect.poll(() => upstream.seen.length).toBe(2);
    const third = await ask(proxy.url, key);
    expect(await third.text()).toContain('2 requests are running already');
    release();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    await Promise.all([(await first).text(), (await second).text()]);
    expect((await ask(proxy.url, key)).status).toBe(200);
    const fifth = await ask(proxy.url, key);
    expect(fifth.status).toBe(429);
    expect(fifth.headers.get('retry-after')).toBe('50');
    expect(await fifth.text()).toContain('in 50 seconds');
  });

  it('tells 80 % and 100 % once each, to the owner and to the operator', async () => {
    const told: unknown[] = [];
    const webhook = await upstreamThat((response, seen) => {
      told.push(JSON.parse(seen.body.toString()));
      response.end();
    });
    const upstream = await upstreamThat();
    const proxy = await start(upstream, { webhookUrl: webhook.url });
    const { key } = await proxy.createKey('alice');
    // $0.006 each: 85.7 % after the first; the limit fits no second, however small.
    await proxy.setQuota('alice', { dailyLimitUsd: '0.007', monthlyLimitUsd: 100 });
    expect((await ask(proxy.url, key, { max_tokens: 200 })).status).toBe(200);
    await expect.poll(() => told.length).toBe(1);
    for (let i = 0; i < 3; i++) expect((await ask(proxy.url, key, { max_tokens: 200 })).status).toBe(429);
    await expect.poll(() => told.length).toBe(2);
    expect(told).toMatchObject([
      { tenant: 'alice', percent: 80 },
      { tenant: 'alice', percent: 100 },
    ]);
    const notices = await fetch(`${proxy.url}/usage/me/notices`, { headers: { 'x-api-key': key } });
    expect(await notices.json()).toMatchObject({ notices: [{ percent: 80 }, { percent: 100 }] });
    await proxy.setQuota('alice', { dailyLimitUsd: 100 });
    const next = await ask(proxy.url, key, { max_tokens: 200 });
    expect(next.headers.get('x-matrix-notice')).toMatch(/^ntc_/);
  });

  it('stops a revoked key at once, in another proxy too, and lets a rotated one overlap', async () => {
    const upstream = await upstreamThat();
    const databaseUrl = await engine.databaseUrl();
    const proxy = await start(upstream, { databaseUrl });
    // SQLite serves one proxy; PostgreSQL several.
    const other =
      databaseUrl === undefined ? proxy : await start(upstream, { databaseUrl, instance: 'other' });
    const { key, id } = await proxy.createKey('alice');
    expect((await ask(other.url, key)).status).toBe(200);
    const rotated = await proxy.admin(`/keys/${id}/rotate`, { method: 'POST', body: { overlapSeconds: 60 } });
    const fresh = (await rotated.json()) as { key: string; id: string };
    expect((await ask(other.url, key)).status).toBe(200);
    expect((await ask(other.url, fresh.key)).status).toBe(200);
    await proxy.admin(`/keys/${fresh.id}`, { method: 'DELETE' });
    expect((await ask(other.url, fresh.key)).status).toBe(401);
    const models = await fetch(`${other.url}/v1/models`, { headers: { 'x-api-key': fresh.key } });
    expect(models.status).toBe(401);
    const audit = (await (await proxy.admin('/audit')).json()) as { entries: { action: string }[] };
    expect(audit.entries.map((entry) => entry.action).sort()).toEqual([
      'key.create',
      'key.revoke',
      'key.rotate',
    ]);
  });

  it('meters a tenant that pays itself, outside of its limits', async () => {
    const upstream = await upstreamThat();
    const proxy = await start(upstream);
    const { key } = await proxy.createKey('alice');
    await proxy.setQuota('alice', { dailyLimitUsd: 0 });
    const response = await ask(proxy.url, 'sk-ant-own', {}, { 'x-matrix-key': key });
    expect(response.status).toBe(200);
    await response.text();
    expect(upstream.seen[0]?.headers['x-api-key']).toBe('sk-ant-own');
    await expect.poll(async () => (await proxy.usage('alice')).ownKey.costUsd).toBe('0.006000000');
    expect((await proxy.usage('alice')).today.costUsd).toBe('0.000000000');
    expect((await ask(proxy.url, key)).status).toBe(429);
  });

  it('charges a client that left in mid-stream what was billed', async () => {
    const events = streamedMessage(['one', 'two', 'three']);
    let finish = (): void => {};
    const upstream = await upstreamThat((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(events.slice(0, 4).join(''));
      finish = () => response.end(events.slice(4).join(''));
    });
    const proxy = await start(upstream);
    const { key } = await proxy.createKey('alice');
    const leaving = new AbortController();
    const response = await ask(proxy.url, key, { stream: true }, {}, leaving.signal);
    await response.body?.getReader().read();
    leaving.abort();
    await expect.poll(async () => (await proxy.usage('alice')).limits.daily).toBeNull();
    finish();
    await expect.poll(async () => (await proxy.usage('alice')).today.costUsd).toBe('0.006000000');
  });

  it('settles a batch once, when its results are first fetched, at half the price', async () => {
    const results = ['one', 'two']
      .map((id) =>
        JSON.stringify({
          custom_id: id,
          result: {
            type: 'succeeded',
            message: {
              model: 'claude-sonnet-4-6',
              usage: { input_tokens: 1000, output_tokens: 200, service_tier: 'batch' },
            },
          },
        }),
      )
      .join('\n');
    const upstream = await upstreamThat((response, seen) => {
      if (seen.method === 'POST')
        response.end(JSON.stringify({ id: 'msgbatch_013Zva2CMHLNnXjNJJKqJ2EF', type: 'message_batch' }));
      else response.end(results);
    });
    const proxy = await start(upstream);
    const { key } = await proxy.createKey('alice');
    await proxy.setQuota('alice', { dailyLimitUsd: 1 });
    const params = { model: 'claude-sonnet-4-6', max_tokens: 1000, messages: [] };
    const headers = { 'x-api-key': key };
    await fetch(`${proxy.url}/v1/messages/batches`, {
      method: 'POST',
      headers,
      body: JSON.stringify({
        requests: [
          { custom_id: 'one', params },
          { custom_id: 'two', params },
        ],
      }),
    });
    const held = (await proxy.usage('alice')).limits.daily?.reservedUsd ?? '';
    expect(Number(held)).toBeGreaterThan(0.015);
    for (let i = 0; i < 2; i++) {
      await (
        await fetch(`${proxy.url}/v1/messages/batches/msgbatch_013Zva2CMHLNnXjNJJKqJ2EF/results`, { headers })
      ).text();
    }
    await expect
      .poll(async () => (await proxy.usage('alice')).limits.daily)
      .toMatchObject({ spentUsd: '0.006000000', reservedUsd: '0.000000000' });
    expect((await proxy.usage('alice')).today.requests).toBe(1);
  });

  it('answers by day, model and session, as JSON and CSV', async () => {
    const upstream = await upstreamThat();
    const proxy = await start(upstream);
    const { key } = await proxy.createKey('alice');
    await (await ask(proxy.url, key, {}, { 'x-matrix-session': '=1+1' })).text();
    await expect.poll(async () => (await proxy.usage('alice')).today.requests).toBe(1);
    for (const by of ['day', 'model', 'session']) {
      const response = await proxy.admin(`/usage/alice/${by}`);
      expect(await response.json()).toMatchObject({
        by,
        rows: [{ user: 'alice', requests: 1, costUsd: '0.006000000' }],
      });
    }
    const csv = await (await proxy.admin('/usage/summary/session?format=csv')).text();
    expect(csv.split('\r\n')[1]).toBe("alice,'=1+1,shared,1,1000,0,0,0,200,0,0.006000000");
    expect(await (await proxy.admin('/usage/summary')).json()).toMatchObject({
      month: { costUsd: '0.006000000' },
      users: [{ user: 'alice' }],
    });
  });
});

const metric = async (proxy: TestProxy, name: string): Promise<number | undefined> => {
  const text = await (await proxy.admin('/metrics')).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
};
