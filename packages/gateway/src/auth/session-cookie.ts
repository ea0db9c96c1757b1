import { SECURE_SESSION_COOKIE, SESSION_COOKIE } from '@matrix-os/contracts';

const nameFor = (secure: boolean): string => (secure ? SECURE_SESSION_COOKIE : SESSION_COOKIE);

/** Another port of the host can add cookies of the same name, and may be first; but hardly this many are meant. */
const MAX_TOKENS = 8;

/** What may be the session's token: a request by HTTPS is believed the cookie of HTTPS alone, and the other way round. */
export const sessionTokens = (header: string | undefined, secure: boolean): string[] =>
  (header ?? '')
    .split(';')
    .map((pair) => pair.trim().split('=', 2))
    .filter(([name, value]) => name === nameFor(secure) && value !== undefined && value !== '')
    .slice(0, MAX_TOKENS)
    .map(([, value = '']) => value);

const setCookie = (name: string, value: string, maxAgeSeconds: number, secure: boolean): string =>
  `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure ? '; Secure' : ''}`;

/** `Set-Cookie` for a login, or without a token for its end. By HTTPS the cookie of plain HTTP goes: it may be an older login's. */
export const sessionCookies = (options: {
  secure: boolean;
  token: string | null;
  lifetimeSeconds: number;
}): string[] => {
  const { secure, token, lifetimeSeconds } = options;
  const own = setCookie(nameFor(secure), token ?? '', token === null ? 0 : lifetimeSeconds, secure);
  return secure ? [own, setCookie(SESSION_COOKIE, '', 0, true)] : [own];
};
