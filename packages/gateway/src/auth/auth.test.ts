import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LoginCode, PAGE_KEY_HEADER } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { browserHeaders, createTestApp, makeFolder, TEST_TOKEN } from '../testing/test-app.ts';
import { loadBearerToken } from './bearer-token.ts';
import { hashSecret } from './hash.ts';
import { LOGIN_LIFETIME_MS, openLogins } from './logins.ts';

const login = (code: string) => ({ method: 'POST', body: JSON.stringify({ code }) });

describe('signing in', () => {
  it('turns a one-time code into a cookie that no script can read, and a key that no other origin can', async () => {
    const { request, anonymous } = await createTestApp();
    const { code } = LoginCode.parse(await (await request('/auth/codes', { method: 'POST' })).json());
    const answer = await anonymous('/auth/login', login(code));
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^matrix_session=[0-9a-z]{32}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
      ),
    ]);
    const headers = await browserHeaders(answer);
    expect(headers[PAGE_KEY_HEADER]).toMatch(/^[0-9a-z]{32}$/);
    const session = await anonymous('/auth/session', { headers });
    expect(await session.json()).toEqual({ owner: true, via: 'cookie' });
    expect(session.headers.getSetCookie()[0]).toContain(headers.cookie);
    expect((await anonymous('/auth/login', login(code))).status).toBe(401);
  });

  it('takes a code as people type it', async () => {
    const { codes, anonymous } = await createTestApp();
    const typed = codes
      .issue()
      .code.toUpperCase()
      .replaceAll(/(.{4})/g, '$1-');
    expect((await anonymous('/auth/login', login(typed))).status).toBe(200);
  });

  it('refuses a code after ten minutes', async () => {
    let time = 1e12;
    const { codes, anonymous } = await createTestApp({ now: () => time });
    const { code } = codes.issue();
    time += 600_000;
    expect((await anonymous('/auth/login', login(code))).status).toBe(401);
  });

  it('tells who guesses to wait, and lets a right code in all the same', async () => {
    let time = 1e12;
    const { codes, anonymous } = await createTestApp({ now: () => time });
    for (let i = 0; i < 10; i++) expect((await anonymous('/auth/login', login('wrong'))).status).toBe(401);
    const refused = await anonymous('/auth/login', login('wrong'));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('60');
    for (let i = 0; i < 300; i++) await anonymous('/auth/login', login(`wrong ${i}`));
    expect((await anonymous('/auth/login', login(codes.issue().code))).status).toBe(200);
    expect((await anonymous('/auth/login', login('wrong'))).status).toBe(429);
    time += 60_000;
    expect((await anonymous('/auth/login', login('wrong'))).status).toBe(401);
  });

  it('takes no more of a stranger than a code', async () => {
    const { anonymous } = await createTestApp();
    const large = await anonymous('/auth/login', { method: 'POST', body: 'x'.repeat(5000) });
    expect(large.status).toBe(413);
  });

  it('forgets a login at logout, for good', async () => {
    const { anonymous, signIn, state } = await createTestApp();
    const headers = await signIn();
    const answer = await anonymous('/auth/logout', { method: 'POST', headers });
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await anonymous('/auth/session', { headers })).status).toBe(401);
    expect(JSON.parse(await readFile(join(state, 'auth.json'), 'utf8'))).toEqual({ logins: [] });
  });

  it('asks everybody else to sign in, wherever they go', async () => {
    const { anonymous } = await createTestApp();
    for (const path of ['/api/apps', '/files/', '/files/system/soul.md', '/api/settings', '/nowhere']) {
      const answer = await anonymous(path);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    }
    const wrong = await anonymous('/api/apps', { headers: { authorization: `Bearer ${TEST_TOKEN}x` } });
    expect(wrong.status).toBe(401);
  });
});

describe('logins on disk', () => {
  it('survive a restart, hold neither token nor key, and are readable by the owner only', async () => {
    const path = join(await makeFolder('state'), 'auth.json');
    const { token, key } = await (await openLogins({ path })).create();
    const text = await readFile(path, 'utf8');
    expect([text.includes(token), text.includes(key)]).toEqual([false, false]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const again = await openLogins({ path });
    const id = again.find(token) ?? '';
    expect([again.holdsKey(id, key), again.holdsKey(id, token), again.holdsKey(id, '')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(again.find(key)).toBeUndefined();
  });

  it('from before there were keys are over', async () => {
    const path = join(await makeFolder('state'), 'auth.json');
    await writeFile(path, JSON.stringify({ logins: [{ hash: hashSecret('token'), expiresAt: 1e15 }] }));
    expect((await openLogins({ path })).find('token')).toBeUndefined();
  });

  it('slide with use and end 30 days after the last', async () => {
    const path = join(await makeFolder('state'), 'auth.json');
    let time = 1e12;
    const logins = await openLogins({ path, now: () => time });
    const ended: string[] = [];
    logins.onEnd((id) => ended.push(id));
    const { token } = await logins.create();
    for (const _ of [1, 2]) {
      time += LOGIN_LIFETIME_MS - 1;
      expect(logins.find(token)).toBeDefined();
      logins.use(logins.find(token) ?? '');
    }
    time += LOGIN_LIFETIME_MS;
    expect(logins.find(token)).toBeUndefined();
    expect(ended).toHaveLength(1);
    // What slid is still being written: it is through when this is, and the folder may go.
    await logins.end('nobody');
  });
});

describe('the bearer token', () => {
  it('is made once, kept at 0600, and gives way to the environment', async () => {
    const statePath = await makeFolder('state');
    const made = await loadBearerToken({ given: undefined, statePath });
    expect(made).toMatch(/^[0-9a-z]{32}$/);
    expect((await stat(join(statePath, 'auth-token'))).mode & 0o777).toBe(0o600);
    expect(await loadBearerToken({ given: undefined, statePath })).toBe(made);
    expect(await loadBearerToken({ given: 'from-the-environment', statePath })).toBe('from-the-environment');
  });
});
