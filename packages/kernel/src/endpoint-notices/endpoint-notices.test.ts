import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProxyNotice } from '@matrix-os/contracts';
import { createLogger } from '@matrix-os/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEndpointNotices } from './endpoint-notices.ts';

const BASE_URL = 'http://proxy.test/';
const noticed = (id: string, percent: 80 | 100 = 80): ProxyNotice => ({
  id,
  user: 'alice',
  at: '2026-11-23T10:00:00.000Z',
  period: '2026-11-23',
  percent,
  message: `message of ${id}`,
});

let statePath: string;
beforeEach(async () => {
  statePath = await mkdtemp(join(tmpdir(), 'matrix-notices-'));
});
afterEach(() => rm(statePath, { recursive: true, force: true }));

type Answer = (url: URL, init: RequestInit) => Response | Promise<Response>;

/** Answers as the proxy does: what is newer than `after`. */
const proxyWith =
  (list: ProxyNotice[]): Answer =>
  (url) =>
    Response.json({ notices: list.filter(({ id }) => id > (url.searchParams.get('after') ?? '')) });

const start = (
  answer: Answer,
  options: Partial<{ baseUrl: string | undefined; apiKey: string | undefined; timeoutMs: number }> = {},
) => {
  const asked: { url: URL; init: RequestInit }[] = [];
  const shown: string[][] = [];
  const notices = createEndpointNotices({
    settings: () => ({ baseUrl: BASE_URL, apiKey: 'key', ...options }),
    statePath,
    notice: (...words) => void shown.push(words),
    fetch: async (input, init = {}) => {
      const url = new URL(String(input));
      asked.push({ url, init });
      return answer(url, init);
    },
    log: createLogger({ name: 'test', level: 'silent' }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  return { notices, asked, shown };
};

/** Never answers, but notices that nobody waits any more, as fetch does. */
const hang: Answer = (_url, { signal }) =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

describe('createEndpointNotices', () => {
  it('tells each notice once, with the key in its header', async () => {
    const list = [noticed('ntc_1')];
    const { notices, asked, shown } = start(proxyWith(list));
    await notices.check();
    await notices.check();
    expect(shown).toEqual([['warning', 'The limit is near', 'message of ntc_1']]);
    list.push(noticed('ntc_2', 100));
    await notices.check();
    expect(shown.slice(1)).toEqual([['warning', 'The limit is reached', 'message of ntc_2']]);
    expect(asked.map(({ url }) => url.href)).toEqual([
      'http://proxy.test/usage/me/notices',
      'http://proxy.test/usage/me/notices?after=ntc_1',
      'http://proxy.test/usage/me/notices?after=ntc_1',
    ]);
    expect(new Headers(asked[0]?.init.headers).get('x-api-key')).toBe('key');
  });

  it('does not repeat itself after a restart, in a file of the owner only', async () => {
    const answer = proxyWith([noticed('ntc_1'), noticed('ntc_2', 100)]);
    const first = start(answer);
    await first.notices.check();
    expect(first.shown).toHaveLength(2);
    const second = start(answer);
    await second.notices.check();
    expect(second.asked).toHaveLength(1);
    expect(second.shown).toEqual([]);
    const path = join(statePath, 'endpoint-notices.json');
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ [BASE_URL]: 'ntc_2' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('tells another endpoint apart, and survives a damaged file', async () => {
    await writeFile(join(statePath, 'endpoint-notices.json'), '{"half');
    const answer = proxyWith([noticed('ntc_1')]);
    const here = start(answer);
    await here.notices.check();
    const there = start(answer, { baseUrl: 'http://other.test' });
    await there.notices.check();
    expect([here.shown.length, there.shown.length]).toEqual([1, 1]);
    const again = start(answer);
    await again.notices.check();
    expect(again.shown).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['404', () => new Response('no such page', { status: 404 })],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'http://evil.test/' } })],
    ['a web page', () => new Response('<html>')],
    ['another shape', () => Response.json({ notices: [{ id: 7 }] })],
  ])('never asks again after %s, until the next start', async (_name, answer) => {
    const { notices, asked, shown } = start(answer);
    await notices.check();
    await notices.check();
    expect(asked).toHaveLength(1);
    expect(asked[0]?.init.redirect).toBe('manual');
    expect(shown).toEqual([]);
    const next = start(proxyWith([noticed('ntc_1')]));
    await next.notices.check();
    expect(next.shown).toHaveLength(1);
  });

  it('asks again after a network error', async () => {
    let down = true;
    const up = proxyWith([noticed('ntc_1')]);
    const { notices, shown } = start((url, init) => {
      if (down) throw new TypeError('fetch failed');
      return up(url, init);
    });
    await notices.check();
    expect(shown).toEqual([]);
    down = false;
    await notices.check();
    expect(shown).toHaveLength(1);
  });

  it('gives up on an endpoint that does not answer in time, and asks again the next time', async () => {
    const { notices, asked } = start(hang, { timeoutMs: 5 });
    await notices.check();
    await notices.check();
    expect(asked).toHaveLength(2);
  });

  it('makes one check at a time, and none once closed', async () => {
    const { notices, asked } = start(hang, { timeoutMs: 60_000 });
    const both = Promise.all([notices.check(), notices.check()]);
    await expect.poll(() => asked.length).toBe(1);
    await notices.close();
    await both;
    await notices.check();
    expect(asked).toHaveLength(1);
  });

  it.each([{ baseUrl: undefined }, { apiKey: undefined }])('asks nobody with %j', async (missing) => {
    const { notices, asked } = start(proxyWith([]), missing);
    await notices.check();
    expect(asked).toEqual([]);
  });
});
