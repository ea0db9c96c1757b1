import { runInThisContext } from 'node:vm';
import { PAGE_KEY_HEADER } from '@matrix-os/contracts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EARLY_REQUESTS, fetchOrEarly } from './early-requests.ts';
import { keepPageKey } from './page-key.ts';

/** What was asked for over the network, in order. */
let asked: string[] = [];
let status = 200;
let kept = new Map<string, string>();
const localStorage = {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => void kept.set(name, value),
};

const network = (path: string, init?: RequestInit): Promise<Response> => {
  const key = new Headers(init?.headers).get(PAGE_KEY_HEADER) ?? '';
  asked.push(`${init?.method ?? 'GET'} ${path} ${init?.body ?? ''}${key && `key ${key}`}`.trim());
  return Promise.resolve(
    path === '/auth/login' ? Response.json({ key: 'fresh' }) : new Response(path, { status }),
  );
};

/** Runs the head's script as a browser does: as text, in a page with this address. */
const visit = async (pathname: string, hash = ''): Promise<void> => {
  asked = [];
  vi.stubGlobal('window', { location: { pathname, hash }, fetch: network, localStorage });
  vi.stubGlobal('fetch', network);
  runInThisContext(EARLY_REQUESTS);
  await new Promise((resolve) => setImmediate(resolve));
};

beforeEach(() => {
  asked = [];
  status = 200;
  kept = new Map();
});
afterEach(() => vi.unstubAllGlobals());

describe('what is asked for before the page’s own code is there', () => {
  test('signs in with the code first, then asks for the setup', async () => {
    await visit('/', '#code=abc-1');
    expect(asked).toEqual([
      'POST /auth/login {"code":"abc-1"}',
      'GET /files/system/setup-plan.json key fresh',
    ]);
    // Who takes the answer can still read it.
    expect(await (await fetchOrEarly('/auth/login', { method: 'POST' })).json()).toEqual({ key: 'fresh' });
  });

  test('asks only for the setup without a code, and for nothing on another page', async () => {
    await visit('/');
    expect(asked).toEqual(['GET /files/system/setup-plan.json']);
    await visit('/login', '#code=abc-1');
    expect(asked).toEqual([]);
  });

  test('is taken once, by who asks for the same with the same method', async () => {
    await visit('/');
    asked = [];
    await fetchOrEarly('/files/system/setup-plan.json', { method: 'PUT' });
    await fetchOrEarly('/files/system/other.json');
    expect(asked).toHaveLength(2);
    expect(await (await fetchOrEarly('/files/system/setup-plan.json', {})).text()).toContain('setup-plan');
    expect(asked).toHaveLength(2);
    await fetchOrEarly('/files/system/setup-plan.json');
    expect(asked).toHaveLength(3);
  });
});

describe('what a signed-in page asks for', () => {
  test('carries the key of its origin, whatever it carries besides', async () => {
    await visit('/elsewhere');
    keepPageKey('mine');
    await fetchOrEarly('/api/apps');
    await fetchOrEarly('/api/apps', { method: 'POST', headers: { 'Content-Type': 'application/json' } });
    expect(asked).toEqual(['GET /api/apps key mine', 'POST /api/apps key mine']);
  });

  test('is asked once more when another tab has signed in meanwhile, and only then', async () => {
    await visit('/elsewhere');
    keepPageKey('old');
    status = 401;
    await fetchOrEarly('/api/apps');
    const again = fetchOrEarly('/api/apps');
    keepPageKey('new');
    await again;
    expect(asked).toEqual(['GET /api/apps key old', 'GET /api/apps key old', 'GET /api/apps key new']);
  });
});
