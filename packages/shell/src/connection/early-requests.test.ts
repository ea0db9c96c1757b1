import { runInThisContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EARLY_REQUESTS, fetchOrEarly } from './early-requests.ts';

/** What was asked for over the network, in order. */
let asked: string[] = [];

const network = (path: string, init?: RequestInit): Promise<Response> => {
  asked.push(`${init?.method ?? 'GET'} ${path} ${init?.body ?? ''}`.trim());
  return Promise.resolve(new Response(path));
};

/** Runs the head's script as a browser does: as text, in a page with this address. */
const visit = async (pathname: string, hash = ''): Promise<void> => {
  asked = [];
  vi.stubGlobal('window', { location: { pathname, hash }, fetch: network });
  vi.stubGlobal('fetch', network);
  runInThisContext(EARLY_REQUESTS);
  await new Promise((resolve) => setImmediate(resolve));
};

beforeEach(() => {
  asked = [];
});
afterEach(() => vi.unstubAllGlobals());

describe('what is asked for before the page’s own code is there', () => {
  test('signs in with the code first, then asks for the setup', async () => {
    await visit('/', '#code=abc-1');
    expect(asked).toEqual(['POST /auth/login {"code":"abc-1"}', 'GET /files/system/setup-plan.json']);
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
