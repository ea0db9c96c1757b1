import { SECURE_SESSION_COOKIE, SESSION_COOKIE } from '@matrix-os/contracts';

const nameFor = (secure: boolean): string => (secure ? SECURE_SESSION_COOKIE : SESSION_COOKIE);

/**
 * What may be the session's token: a request by HTTPS is believed the cookie of HTTPS alone, and the other way round. Another
 * port of the host can plant cookies of the same name before ours, so all are looked at; Node bounds how long the header is.
 */
export const sessionTokens = (header: string | undefined, secure: boolean): string[] =>
  (header ?? '')
    .split(';')
    .map((pair) => pair.trim().split('=', 2))
    .filter(([name, value]) => name === nameFor(secure) && value !== undefined && value !== '')
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
