import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { LoginCode } from '@matrix-os/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningOs, startOs } from '../support/running-os.ts';

/** Where the reverse proxy of this machine's owner is, and somebody who says to be one. */
const PROXY = '127.0.0.2';
const STRANGER = '127.0.0.3';

let os: RunningOs;
beforeAll(async () => {
  os = await startOs({ environment: { MATRIX_TRUSTED_PROXIES: `${PROXY}, fd00::/8` } });
});
afterAll(() => os?.dispose());

const signIn = async (code: string, from: string, headers: Record<string, string>) => {
  const { hostname, port } = new URL(os.url);
  const options = { hostname, port, localAddress: from, path: '/auth/login', method: 'POST', headers };
  const asked = request(options).end(JSON.stringify({ code }));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return { status: answer.statusCode, cookies: answer.headers['set-cookie'] ?? [] };
};
const forwarded = (address: string) => ({ 'x-forwarded-for': address, 'x-forwarded-proto': 'https' });
const freshCode = async () =>
  LoginCode.parse(await (await os.request('/auth/codes', { method: 'POST' })).json()).code;

it('slows down the one visitor who guesses, and nobody else behind the same proxy', async () => {
  const visitor = (address: string) => signIn('wrong', PROXY, forwarded(address));
  for (let i = 0; i < 10; i++) expect((await visitor('203.0.113.9')).status).toBe(401);
  expect((await visitor('203.0.113.9')).status).toBe(429);
  // What a visitor says of itself comes before what the proxy adds.
  expect((await visitor('198.51.100.7, 203.0.113.9')).status).toBe(429);
  expect((await visitor('198.51.100.7')).status).toBe(401);
  expect((await visitor('2001:db8::1')).status).toBe(401);
  // A right code is let in, from there too.
  expect((await signIn(await freshCode(), PROXY, forwarded('203.0.113.9'))).status).toBe(200);
});

it('takes whoever names an address without being trusted for what they are', async () => {
  for (let i = 0; i < 10; i++)
    expect((await signIn('wrong', STRANGER, forwarded(`192.0.2.${i}`))).status).toBe(401);
  expect((await signIn('wrong', STRANGER, forwarded('192.0.2.99'))).status).toBe(429);
});

it('believes the proxy alone that the browser speaks HTTPS', async () => {
  const byProxy = await signIn(await freshCode(), PROXY, forwarded('203.0.113.50'));
  expect(byProxy.cookies[0]).toMatch(/^__Host-matrix_session=.+; Secure$/);
  const byStranger = await signIn(await freshCode(), STRANGER, forwarded('203.0.113.50'));
  expect(byStranger.cookies).toEqual([expect.stringMatching(/^matrix_session=(?!.*Secure)/)]);
});

it('names what is no address before anything starts', async () => {
  await expect(startOs({ environment: { MATRIX_TRUSTED_PROXIES: 'caddy' } })).rejects.toThrow(
    'MATRIX_TRUSTED_PROXIES: "caddy" is neither an address nor a network',
  );
});
