import type { BridgeRequest } from '@matrix-os/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../connection/api.ts';
import { type BridgeHost, createBridgeHost } from './bridge-host.ts';
import { createInOrder } from './in-order.ts';

/** The gateway's data routes over a map; every path that is asked for is written down. */
const createDataServer = () => {
  const stored = new Map<string, string>();
  const asked: string[] = [];
  const self = {
    stored,
    asked,
    fetch: (input: RequestInfo | URL, init?: RequestInit) => answer(input, init),
  } as {
    stored: typeof stored;
    asked: typeof asked;
    fetch: typeof fetch;
    /** The next write waits for it. */
    hold?: Promise<void> | undefined;
  };
  const answer = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const path = String(input);
    const method = init?.method ?? 'GET';
    asked.push(`${method} ${path}`);
    const key = /^\/api\/apps\/todo\/data\/(.+)$/.exec(path)?.[1];
    if (key === undefined) return Response.json({ keys: [...stored.keys()] });
    if (method === 'PUT') {
      const { hold } = self;
      self.hold = undefined;
      await hold;
    }
    if (method === 'PUT') stored.set(key, String(init?.body));
    if (method === 'DELETE') stored.delete(key);
    if (method !== 'GET') return new Response(null, { status: 204 });
    const value = stored.get(key);
    const problem = { type: 'about:blank', title: 'x', status: 404, code: 'not_found', detail: 'none' };
    return value === undefined ? Response.json(problem, { status: 404 }) : new Response(value);
  };
  return self;
};

describe('the bridge of one app', () => {
  let server: ReturnType<typeof createDataServer>;
  let posted: unknown[];
  let desk: string[];
  let host: BridgeHost;
  let nextId: number;
  let time: number;

  type Ask = BridgeRequest extends infer R
    ? R extends BridgeRequest
      ? Omit<R, 'matrix' | 'id'>
      : never
    : never;
  const ask = async (request: Ask): Promise<unknown> => {
    const id = nextId++;
    await host.receive(() => ({ matrix: 1, id, ...request }));
    return posted.findLast((message) => (message as { id?: number }).id === id);
  };

  beforeEach(() => {
    server = createDataServer();
    posted = [];
    desk = [];
    nextId = 1;
    time = 0;
    host = createBridgeHost({
      app: 'todo',
      api: createApi({ fetch: (...args) => server.fetch(...args), onSignedOut: () => undefined }),
      inOrder: createInOrder(),
      post: (message) => posted.push(message),
      now: () => time,
      desk: {
        propose: (text) => desk.push(`propose ${text}`),
        notify: (title) => desk.push(`notify ${title}`),
        setTitle: (title) => desk.push(`title ${title}`),
        theme: () => 'dark',
        fieldChanged: (field) => desk.push(`field ${field}`),
        shortcut: (code) => desk.push(`shortcut ${code}`),
        flooded: () => desk.push('flooded'),
      },
    });
  });

  it('keeps what the app stores, under the app’s own name', async () => {
    expect(await ask({ op: 'data.get', key: 'list' })).toMatchObject({ ok: true, value: null });
    await ask({ op: 'data.set', key: 'list', value: [1, { a: null }] });
    expect(await ask({ op: 'data.get', key: 'list' })).toMatchObject({ ok: true, value: [1, { a: null }] });
    expect(await ask({ op: 'data.keys' })).toMatchObject({ ok: true, value: ['list'] });
    await ask({ op: 'data.delete', key: 'list' });
    expect(await ask({ op: 'data.get', key: 'list' })).toMatchObject({ value: null });
    expect(server.asked.every((line) => line.includes('/api/apps/todo/data'))).toBe(true);
  });

  it('writes one key in the order it was asked, however slow the first, and does not hold up another', async () => {
    const first = Promise.withResolvers<void>();
    server.hold = first.promise;
    const writes = [ask({ op: 'data.set', key: 'a', value: 1 })];
    writes.push(ask({ op: 'data.set', key: 'a', value: 2 }), ask({ op: 'data.delete', key: 'a' }));
    writes.push(ask({ op: 'data.set', key: 'a', value: 3 }));
    const read = ask({ op: 'data.get', key: 'a' });
    await ask({ op: 'data.set', key: 'b', value: 4 });
    expect([...server.stored]).toEqual([['b', '4']]);
    first.resolve();
    await Promise.all(writes);
    expect(await read).toMatchObject({ value: 3 });
    expect(server.stored.get('a')).toBe('3');
  });

  it('keeps falsy values apart from none', async () => {
    for (const value of [false, 0, '', null]) {
      await ask({ op: 'data.set', key: 'x', value });
      expect(server.stored.get('x')).toBe(JSON.stringify(value));
      expect(await ask({ op: 'data.get', key: 'x' })).toMatchObject({ ok: true, value });
    }
  });

  it.each([
    { matrix: 1, id: 5, op: 'data.get', key: '../other/data/x' },
    { matrix: 1, id: 5, op: 'data.get', key: 'x', app: 'other' },
    { matrix: 1, id: 5, op: 'files.read', path: '/' },
    { matrix: 1, id: 5, op: 'kernel.ask', text: '' },
  ])('refuses %o and asks nothing of the gateway', async (message) => {
    await host.receive(() => message);
    expect(posted).toEqual([{ matrix: 1, id: 5, ok: false, error: expect.any(String) }]);
    expect(server.asked).toEqual([]);
  });

  it.each([null, 'hello', 7, [], { id: 1 }, { matrix: 2, id: 1, op: 'data.keys' }])(
    'does not answer %o, which is no request',
    async (message) => {
      await host.receive(() => message);
      expect(posted).toEqual([]);
    },
  );

  it('tells the app of others’ writes and not of its own', async () => {
    await ask({ op: 'data.set', key: 'list', value: [1] });
    posted = [];
    await host.dataChanged('list');
    expect(posted).toEqual([]);
    server.stored.set('list', '[1,2]');
    await host.dataChanged('list');
    await host.dataChanged('list');
    expect(posted).toEqual([{ matrix: 1, event: 'data.changed', key: 'list' }]);
    server.stored.delete('list');
    await host.dataChanged('list');
    expect(posted).toHaveLength(2);
  });

  it('passes on that many keys changed', async () => {
    await host.dataChanged(null);
    expect(posted).toEqual([{ matrix: 1, event: 'data.changed', key: null }]);
  });

  it('puts a question before the owner, and says what the theme is', async () => {
    await ask({ op: 'kernel.ask', text: 'sort it' });
    await ask({ op: 'window.title', title: 'Two open' });
    expect(await ask({ op: 'keyboard.field', field: 'number' })).toMatchObject({ ok: true });
    await ask({ op: 'shortcut', code: 'KeyS' });
    expect(await ask({ op: 'theme.get' })).toMatchObject({ ok: true, value: { theme: 'dark' } });
    expect(desk).toEqual(['propose sort it', 'title Two open', 'field number', 'shortcut KeyS']);
  });

  it('does not let an app bury the owner in notices', async () => {
    const answers: unknown[] = [];
    for (let i = 0; i < 12; i++) answers.push(await ask({ op: 'notify', title: `n${i}`, message: '' }));
    expect(desk).toHaveLength(10);
    expect(answers.at(-1)).toMatchObject({ ok: false });
  });

  it.each<[Ask, number]>([
    [{ op: 'kernel.ask', text: 'x' }, 3],
    [{ op: 'window.title', title: 'x' }, 20],
    [{ op: 'keyboard.field', field: 'text' }, 60],
    [{ op: 'shortcut', code: 'KeyT' }, 20],
    [{ op: 'notify', title: 'x', message: '' }, 10],
  ])('does what %o asks so many times and says no then, until a while has passed', async (request, burst) => {
    const answers: unknown[] = [];
    for (let i = 0; i < burst + 5; i++) answers.push(await ask(request));
    expect(desk).toHaveLength(burst);
    expect(answers.slice(burst)).toEqual(
      Array(5).fill(expect.objectContaining({ ok: false, error: expect.stringContaining('Too many') })),
    );
    time += 60_000;
    await ask(request);
    expect(desk).toHaveLength(burst + 1);
  });

  it('reads a thousand keys at once, a few requests at a time', async () => {
    let underWay = 0;
    let most = 0;
    const { fetch } = server;
    server.fetch = async (...args) => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay -= 1;
      return fetch(...args);
    };
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => ask({ op: 'data.get', key: `k${n}` })),
    );
    expect(answers).toEqual(Array(1000).fill(expect.objectContaining({ ok: true })));
    expect(most).toBe(4);
  });

  it('saves only so much at once', async () => {
    const value = 'x'.repeat(4_900_000);
    const first = [1, 2].map((n) => ask({ op: 'data.set', key: `k${n}`, value }));
    expect(await Promise.all(first)).toEqual(Array(2).fill(expect.objectContaining({ ok: true })));
    expect(await ask({ op: 'data.set', key: 'k3', value })).toMatchObject({
      ok: false,
      error: expect.stringContaining('Too much'),
    });
    time += 5000;
    expect(await ask({ op: 'data.set', key: 'k3', value })).toMatchObject({ ok: true });
  });

  it('stops an app that floods, and does not so much as look at what comes beyond', async () => {
    let looked = 0;
    const flood = () => {
      looked += 1;
      return { matrix: 1, id: 1, op: 'kernel.ask', text: 'x' };
    };
    for (let i = 0; i < 100_000; i++) void host.receive(flood);
    expect(desk.filter((line) => line === 'flooded')).toHaveLength(1);
    expect(desk.filter((line) => line !== 'flooded')).toHaveLength(3);
    expect(looked).toBeLessThan(4001);
    expect(posted.length).toBeLessThan(500);
  });

  it('stops an app whose messages alone keep the desktop busy', () => {
    const heavy = () => {
      time += 250;
      return { matrix: 1, id: 1, op: 'data.set', key: 'x', value: 1 };
    };
    for (let i = 0; i < 3; i++) void host.receive(heavy);
    expect(desk).toEqual(['flooded']);
  });

  it('is patient with an app that has a mistake in it', async () => {
    // Sets its title with every frame that is drawn.
    for (let i = 0; i < 60 * 60; i++) {
      time += 1000 / 60;
      await ask({ op: 'window.title', title: `${i}` });
    }
    expect(desk.includes('flooded')).toBe(false);
    expect(desk.length).toBeLessThan(350);
  });
});
