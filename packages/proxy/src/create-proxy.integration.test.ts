import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ADMIN_TOKEN, ask, startProxy } from './testing/proxy.ts';
import { startProxyProcess } from './testing/proxy-process.ts';
import { answerMessage, startUpstream, streamedMessage } from './testing/upstream.ts';

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of cleanup.splice(0).reverse()) await one();
});
const state = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'matrix-proxy-'));
  cleanup.push(() => rm(path, { recursive: true, force: true }));
  return path;
};
const upstreamOf = async (...args: Parameters<typeof startUpstream>) => {
  const upstream = await startUpstream(...args);
  cleanup.push(() => upstream.close());
  return upstream;
};

it('finishes what is under way when it is told to stop, and settles it', async () => {
  const events = streamedMessage(['Hello', ' there.']);
  let finish = (): void => {};
  const upstream = await upstreamOf((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(events.slice(0, 4).join(''));
    finish = () => response.end(events.slice(4).join(''));
  });
  const environment = { MATRIX_STATE: await state(), PROXY_UPSTREAM_URL: upstream.url };
  const proxy = await startProxyProcess(environment);
  const { key } = await proxy.createKey('alice');
  const response = await ask(proxy.url, key, { stream: true });
  const reader = response.body?.getReader();
  await reader?.read();
  const stopped = proxy.stop();
  // No new ones meanwhile.
  await expect
    .poll(() =>
      fetch(`${proxy.url}/health`).then(
        (answer) => answer.status,
        () => 'refused',
      ),
    )
    .toBe('refused');
  finish();
  let text = '';
  for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
    text += Buffer.from(next.value).toString();
  }
  expect(text).toContain('message_stop');
  expect(await stopped).toBe(0);
  const again = await startProxyProcess(environment);
  cleanup.push(() => again.stop());
  const usage = await again.usage('alice');
  expect(usage.today.costUsd).toBe('0.006000000');
  expect((await ask(again.url, key)).status).toBe(200);
  finish();
});

it('says what is wrong with its configuration, all of it at once', async () => {
  await expect(
    startProxyProcess({
      MATRIX_STATE: await state(),
      PROXY_ADMIN_TOKEN: 'short',
      PROXY_UPSTREAM_URL: 'nope',
    }),
  ).rejects.toThrow(
    /PROXY_ADMIN_TOKEN: use at least 16 characters[\s\S]*PROXY_UPSTREAM_URL|PROXY_UPSTREAM_URL[\s\S]*PROXY_ADMIN_TOKEN/,
  );
});

it('refuses a database that another proxy uses', async () => {
  const upstream = await upstreamOf();
  const statePath = await state();
  const proxy = await startProxy({ upstreamUrl: upstream.url, statePath });
  cleanup.push(() => proxy.close());
  await expect(startProxy({ upstreamUrl: upstream.url, statePath })).rejects.toThrow('Another proxy uses');
});

it('compares the ledger with the bill of the provider', async () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  let clock = now - 86_400_000;
  const upstream = await upstreamOf((response, seen, request) => {
    if (seen.method === 'POST') return answerMessage()(response, seen, request);
    expect(seen.headers['x-api-key']).toBe('sk-ant-admin');
    const isCost = seen.url.startsWith('/v1/organizations/cost_report?');
    const bucket = { starting_at: '2026-11-22T00:00:00Z', ending_at: '2026-11-23T00:00:00Z' };
    const results = isCost
      ? [
          { amount: '0.7', currency: 'USD' },
          { amount: '0.05', currency: 'USD' },
        ]
      : [{ model: 'claude-sonnet-4-6', uncached_input_tokens: 1000, output_tokens: 250 }];
    response.end(JSON.stringify({ data: [{ ...bucket, results }], has_more: false, next_page: null }));
  });
  const proxy = await startProxy({
    upstreamUrl: upstream.url,
    anthropicAdminKey: 'sk-ant-admin',
    now: () => clock,
  });
  cleanup.push(() => proxy.close());
  const { key } = await proxy.createKey('alice');
  await (await ask(proxy.url, key)).text();
  await expect.poll(async () => (await proxy.usage('alice')).today.requests).toBe(1);
  clock = now;
  const report = (await (await proxy.admin('/reconciliation', { method: 'POST' })).json()) as {
    days: unknown[];
  };
  expect(report.days).toEqual([
    expect.objectContaining({
      day: '2026-11-22',
      providerUsd: '0.007500000',
      ledgerUsd: '0.006000000',
      differenceUsd: '0.001500000',
      byModel: [
        { model: 'claude-sonnet-4-6', providerTokens: 1250, ledgerTokens: 1200, ledgerUsd: '0.006000000' },
      ],
    }),
  ]);
});

it('opens the admin routes to the operator alone, and the page by cookie', async () => {
  const upstream = await upstreamOf();
  const proxy = await startProxy({ upstreamUrl: upstream.url });
  cleanup.push(() => proxy.close());
  const { key } = await proxy.createKey('alice');
  await proxy.createKey('bob');
  for (const path of [
    '/keys',
    '/audit',
    '/metrics',
    '/usage/summary',
    '/usage/alice',
    '/notices',
    '/reconciliation',
  ]) {
    expect((await fetch(proxy.url + path)).status, path).toBe(401);
    expect((await fetch(proxy.url + path, { headers: { authorization: 'Bearer wrong' } })).status, path).toBe(
      401,
    );
  }
  const asTenant = (path: string) => fetch(proxy.url + path, { headers: { 'x-api-key': key } });
  expect((await asTenant('/usage/alice')).status).toBe(200);
  expect((await asTenant('/usage/me')).status).toBe(200);
  expect((await asTenant('/usage/bob')).status).toBe(403);
  expect((await asTenant('/keys')).status).toBe(401);

  const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(proxy.url + path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers,
      redirect: 'manual',
    });
  expect((await form('/admin/login', { token: 'wrong' })).status).toBe(401);
  const login = await form('/admin/login', { token: ADMIN_TOKEN });
  const cookie = login.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/i);
  const signedIn = { cookie: cookie.split(';')[0] ?? '' };
  const page = await fetch(proxy.url, { headers: signedIn });
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('Spend per day');
  // Another site's form comes with the cookie at best; it changes nothing.
  const foreign = await form(
    '/admin/keys',
    { tenant: 'eve' },
    { ...signedIn, 'sec-fetch-site': 'cross-site' },
  );
  expect(foreign.status).toBe(401);
  const own = await form('/admin/keys', { tenant: 'erin' }, { ...signedIn, 'sec-fetch-site': 'same-origin' });
  expect(await own.text()).toMatch(/mxk_erin_[0-9a-z]{32}/);
  const wrong = await form(
    '/admin/quotas',
    { tenant: 'erin', dailyLimitUsd: '<b>much</b>' },
    { ...signedIn, 'sec-fetch-site': 'same-origin' },
  );
  expect(wrong.status).toBe(400);
  expect(await wrong.text()).not.toContain('<b>much');
});

it('answers unknown routes and bad bodies in words', async () => {
  const upstream = await upstreamOf();
  const proxy = await startProxy({ upstreamUrl: upstream.url });
  cleanup.push(() => proxy.close());
  expect((await fetch(`${proxy.url}/nothing`)).status).toBe(404);
  const bad = await proxy.admin('/quotas/alice', { method: 'POST', body: { dailyLimit: 5 } });
  expect(bad.status).toBe(400);
  expect(await bad.json()).toMatchObject({
    code: 'invalid_input',
    detail: expect.stringContaining('dailyLimit'),
  });
  const reserved = await proxy.admin('/keys', { method: 'POST', body: { tenant: 'summary' } });
  expect(reserved.status).toBe(400);
  await proxy.setQuota('default', { dailyLimitUsd: '1.50', timeZone: 'Asia/Kathmandu' });
  await proxy.createKey('carol');
  expect((await proxy.usage('carol')).limits).toMatchObject({
    timeZone: 'Asia/Kathmandu',
    daily: { limitUsd: '1.500000000' },
  });
});

it.each([
  ['answers nobody', 'postgres://matrix:canary-5f1e@127.0.0.1:1/ledger'],
  ['is no host', 'postgres://matrix:canary-5f1e@name.invalid/ledger'],
  ['is written wrongly', 'postgres://matrix:canary-5f1e%@127.0.0.1:1/ledger'],
  ['has a port that is none', 'postgres://matrix:canary-5f1e@127.0.0.1:99999/ledger'],
  ['is of another kind', 'mysql://matrix:canary-5f1e@127.0.0.1/ledger'],
])('tells no password when the address of the database %s', async (_what, DATABASE_URL) => {
  const environment = { MATRIX_STATE: await state(), DATABASE_URL, LOG_LEVEL: 'trace' };
  const failure = await startProxyProcess(environment).catch((error: unknown) => error);
  expect(String(failure)).toMatch(/the proxy ended with 1/);
  expect(String(failure)).not.toContain('canary');
});

it('takes its secrets from files, and shows none of them', async () => {
  const folder = await state();
  const secrets = { PROXY_ADMIN_TOKEN: ADMIN_TOKEN, ANTHROPIC_API_KEY: 'sk-ant-canary-1\nsk-ant-canary-2\n' };
  for (const [name, value] of Object.entries(secrets)) await writeFile(join(folder, name), value);
  const proxy = await startProxyProcess({
    MATRIX_STATE: folder,
    CREDENTIALS_DIRECTORY: folder,
    PROXY_ADMIN_TOKEN: '',
    ANTHROPIC_API_KEY: '',
  });
  cleanup.push(() => proxy.stop());
  await proxy.createKey('alice');
  const environ = await readFile(`/proc/${proxy.pid}/environ`, 'utf8');
  expect(environ).toContain('CREDENTIALS_DIRECTORY');
  expect(environ).not.toMatch(new RegExp(`canary|${ADMIN_TOKEN}`));
});
