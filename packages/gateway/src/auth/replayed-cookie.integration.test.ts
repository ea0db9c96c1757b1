import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import {
  FileTicket,
  PAGE_KEY_HEADER,
  PAGE_KEY_PROTOCOL,
  Problem,
  SOCKET_PROTOCOL,
} from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { createTestApp } from '../testing/test-app.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

/** Everything that asks for a login, as a stranger with half of one would call it. */
const ROUTES = [
  ['GET', '/auth/session'],
  ['POST', '/auth/codes'],
  ['POST', '/auth/logout'],
  ['GET', '/api/apps'],
  ['POST', '/api/apps'],
  ['DELETE', '/api/apps/todo'],
  ['POST', '/api/apps/todo/open'],
  ['GET', '/api/apps/todo/data'],
  ['GET', '/api/apps/todo/data/items'],
  ['PUT', '/api/apps/todo/data/items'],
  ['DELETE', '/api/apps/todo/data/items'],
  ['POST', '/api/message'],
  ['GET', '/api/notices'],
  ['GET', '/api/sessions'],
  ['GET', '/api/sessions/ses_000000000000000000000'],
  ['PATCH', '/api/sessions/ses_000000000000000000000'],
  ['DELETE', '/api/sessions/ses_000000000000000000000'],
  ['POST', '/api/turns/trn_000000000000000000000/cancel'],
  ['POST', '/api/turns/trn_000000000000000000000/undo'],
  ['POST', '/api/turns/trn_000000000000000000000/redo'],
  ['POST', '/api/approvals/apr_000000000000000000000'],
  ['GET', '/api/settings'],
  ['PUT', '/api/settings'],
  ['PUT', '/api/settings/key'],
  ['DELETE', '/api/settings/key'],
  ['GET', '/api/system'],
  ['POST', '/api/files/move'],
  ['POST', '/api/files/restore'],
  ['POST', '/api/files/ticket'],
  ['GET', '/files/'],
  ['HEAD', '/files/letter.txt'],
  ['GET', '/files/letter.txt'],
  ['PUT', '/files/letter.txt'],
  ['DELETE', '/files/letter.txt'],
  ['GET', '/nowhere'],
] as const;

const start = async () => {
  const test = await startTestGateway();
  await writeFile(join(test.home, 'letter.txt'), 'Dear Ada');
  await writeFile(join(test.home, 'other.txt'), 'Dear Bob');
  const browser = await test.signIn();
  const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
    fetch(`http://${test.authority}${path}`, { method, headers });
  /** The status of a refused handshake; 101 when it was not. */
  const shake = async (path: string, headers: Record<string, string>, protocols: string[] = []) => {
    const socket = test.connect(path, headers, protocols);
    const refused = once(socket, 'unexpected-response').then(
      ([, answer]) => (answer as IncomingMessage).statusCode,
    );
    return Promise.race([refused, once(socket, 'open').then(() => 101)]);
  };
  return { ...test, browser, ask, shake };
};

describe('half of a sign-in', () => {
  it('is tried on every route there is', async () => {
    const { app } = await createTestApp();
    const tried = new Set(ROUTES.map(([method, path]) => `${method} ${path}`));
    const open = ['GET /health', 'POST /auth/login', 'GET /app/:token/*'];
    const missing = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => !open.includes(route))
      .filter((route) => {
        const pattern = new RegExp(`^${route.replaceAll(/:[a-z]+/g, '[^/]+').replaceAll('*', '.*')}$`);
        return ![...tried].some((one) => pattern.test(one));
      });
    expect(missing).toEqual([]);
  });

  it.each(['the cookie', 'the key', 'the key of another login', 'a made-up key'])(
    'opens nothing: %s',
    async (half) => {
      const { browser, ask, shake, signIn, request } = await start();
      const { cookie, [PAGE_KEY_HEADER]: key } = browser;
      const other = (await signIn())[PAGE_KEY_HEADER];
      const headers: Record<string, string> = {
        'the cookie': { cookie },
        'the key': { [PAGE_KEY_HEADER]: key },
        'the key of another login': { cookie, [PAGE_KEY_HEADER]: other },
        'a made-up key': { cookie, [PAGE_KEY_HEADER]: '' },
      }[half] as Record<string, string>;
      for (const [method, path] of ROUTES) {
        const answer = await ask(path, headers, method);
        expect([method, path, answer.status]).toEqual([method, path, 401]);
        expect(answer.headers.getSetCookie()).toEqual([]);
        if (method !== 'HEAD') expect(Problem.parse(await answer.json()).code).toBe('unauthorized');
      }
      const { [PAGE_KEY_HEADER]: shown, ...rest } = headers;
      const protocols = [SOCKET_PROTOCOL, ...(shown ? [PAGE_KEY_PROTOCOL + shown] : [])];
      for (const path of ['/ws', '/ws/terminal']) {
        expect([path, await shake(path, rest, protocols)]).toEqual([path, 401]);
        expect([path, await shake(path, rest)]).toEqual([path, 401]);
        expect([path, await shake(`${path}?key=${key}`, rest, protocols)]).toEqual([path, 401]);
      }
      // The login itself is none the worse for it.
      expect((await ask('/auth/session', browser)).status).toBe(200);
      expect((await request('/files/letter.txt')).status).toBe(200);
    },
  );

  it('is a whole one together, by HTTP and by socket', async () => {
    const { browser, ask, shake } = await start();
    const { cookie, [PAGE_KEY_HEADER]: key } = browser;
    expect(await (await ask('/files/letter.txt', browser)).text()).toBe('Dear Ada');
    for (const path of ['/ws', '/ws/terminal'])
      expect(await shake(path, { cookie }, [SOCKET_PROTOCOL, PAGE_KEY_PROTOCOL + key])).toBe(101);
  });

  it('is found behind cookies that another port of the host has put before it', async () => {
    const { browser, ask } = await start();
    const cookie = `${'matrix_session=planted; '.repeat(100)}matrix_session=; ${browser.cookie}`;
    expect((await ask('/auth/session', { ...browser, cookie })).status).toBe(200);
  });
});

describe('a page of another port', () => {
  it.each([
    { origin: 'http://localhost:9999' },
    { origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'null' },
  ])('can not use a sign-in, even with all of it: %j', async (from) => {
    const { browser, ask, shake } = await start();
    const headers = { ...browser, ...(from as Record<string, string>) };
    for (const [method, path] of ROUTES.filter(([one]) => one !== 'GET' && one !== 'HEAD'))
      expect([method, path, (await ask(path, headers, method)).status]).toEqual([method, path, 403]);
    const { [PAGE_KEY_HEADER]: key, ...rest } = headers;
    for (const path of ['/ws', '/ws/terminal'])
      expect(await shake(path, rest, [SOCKET_PROTOCOL, PAGE_KEY_PROTOCOL + key])).toBe(403);
    // What it may send by itself, such as a picture's address, has the cookie and never the key.
    const picture = await ask('/files/letter.txt', { cookie: browser.cookie, 'sec-fetch-site': 'same-site' });
    expect([picture.status, picture.headers.get('access-control-allow-origin')]).toEqual([401, null]);
  });
});

describe('a ticket', () => {
  const open = async () => {
    const test = await start();
    await mkdir(join(test.home, 'my letters'));
    await writeFile(join(test.home, 'my letters', 'to #1?.txt'), 'Dear Eve');
    const issue = async (path: string) => {
      const answer = await fetch(`http://${test.authority}/api/files/ticket`, {
        method: 'POST',
        headers: test.browser,
        body: JSON.stringify({ path }),
      });
      return { status: answer.status, url: FileTicket.safeParse(await answer.json()).data?.url ?? '' };
    };
    return { ...test, issue };
  };

  it('lets the browser itself read the one file, with the cookie and without the key', async () => {
    const { issue, ask, browser, signIn } = await open();
    const { url } = await issue('my letters/to #1?.txt');
    const { cookie } = browser;
    expect(await (await ask(url, { cookie })).text()).toBe('Dear Eve');
    expect((await ask(url, { cookie, range: 'bytes=0-3' })).status).toBe(206);
    expect((await ask(url, {})).status).toBe(401);
    expect((await ask(url, { cookie: (await signIn()).cookie })).status).toBe(401);
    for (const method of ['PUT', 'DELETE', 'POST'])
      expect((await ask(url, { cookie }, method)).status).toBe(401);
    const [, query] = url.split('?');
    for (const path of [
      '/files/letter.txt',
      '/files/',
      '/files/my%20letters/',
      '/api/system',
      '/auth/session',
    ])
      expect([path, (await ask(`${path}?${query}`, { cookie })).status]).toEqual([path, 401]);
  });

  it('is for what the owner may read, and for files', async () => {
    const { issue } = await open();
    expect((await issue('.git/config')).status).toBe(403);
    expect((await issue('../outside')).status).toBe(400);
    expect((await issue('.')).status).toBe(400);
  });

  it('ends with the login', async () => {
    const { issue, ask, browser } = await open();
    const { url } = await issue('letter.txt');
    await ask('/auth/logout', browser, 'POST');
    expect((await ask(url, { cookie: browser.cookie })).status).toBe(401);
  });
});

describe('by HTTPS', () => {
  const overTls = { 'x-forwarded-proto': 'https' };

  it('the cookie has a name that no other port can set, and the other name is not believed', async () => {
    const { authority, request, ask } = await start();
    const { code } = (await (await request('/auth/codes', { method: 'POST' })).json()) as { code: string };
    const init = { method: 'POST', headers: overTls, body: JSON.stringify({ code }) };
    const answer = await fetch(`http://${authority}/auth/login`, init);
    const [own = '', old] = answer.headers.getSetCookie();
    expect(own).toMatch(
      /^__Host-matrix_session=[0-9a-z]{32}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/,
    );
    expect(old).toBe('matrix_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure');
    const { key } = (await answer.json()) as { key: string };
    const token = own.split(';', 1)[0]?.split('=')[1];
    const asked = async (name: string, headers: Record<string, string>) =>
      (await ask('/auth/session', { cookie: `${name}=${token}`, [PAGE_KEY_HEADER]: key, ...headers })).status;
    expect(await asked('__Host-matrix_session', overTls)).toBe(200);
    expect(await asked('matrix_session', overTls)).toBe(401);
    expect(await asked('__Host-matrix_session', {})).toBe(401);
    expect(await asked('matrix_session', {})).toBe(200);
    const cookie = `__Host-matrix_session=${token}`;
    const left = await ask('/auth/logout', { cookie, [PAGE_KEY_HEADER]: key, ...overTls }, 'POST');
    expect(left.headers.getSetCookie()).toEqual([
      '__Host-matrix_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure',
      'matrix_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure',
    ]);
  });
});
