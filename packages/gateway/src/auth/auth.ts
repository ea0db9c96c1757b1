import { SESSION_COOKIE } from '@matrix-os/contracts';
import { sameSecret } from './hash.ts';
import type { Logins } from './logins.ts';

/** Who is asking: always the owner, through a browser or a program. `login` outlives the request, not the logout. */
export interface Principal {
  readonly via: 'cookie' | 'bearer';
  readonly login: string;
}

interface Credentials {
  readonly cookie: string | undefined;
  readonly authorization: string | undefined;
}

export interface Auth {
  identify(credentials: Credentials): Principal | undefined;
  /** Whether what was opened for this login may go on. */
  isLive(login: string): boolean;
}

const BEARER_LOGIN = 'bearer';

export const createAuth = (deps: { logins: Logins; bearerToken: string }): Auth => ({
  identify({ cookie, authorization }) {
    if (authorization !== undefined) {
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      const known = token !== undefined && sameSecret(token, deps.bearerToken);
      return known ? { via: 'bearer', login: BEARER_LOGIN } : undefined;
    }
    const token = readCookie(cookie ?? '', SESSION_COOKIE);
    const login = token === undefined ? undefined : deps.logins.check(token);
    return login === undefined ? undefined : { via: 'cookie', login };
  },
  isLive: (login) => login === BEARER_LOGIN || deps.logins.isLive(login),
});

const readCookie = (header: string, name: string): string | undefined => {
  for (const pair of header.split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
};
