import { OWNER, type Principal } from '@matrix-os/kernel';
import type { FileTickets } from './file-tickets.ts';
import { sameSecret } from './hash.ts';
import type { Logins } from './logins.ts';
import { sessionTokens } from './session-cookie.ts';

/** Who is asking, and by which login, which outlives the request and not the logout. */
export type Caller = { readonly principal: Principal; readonly login: string } & (
  | { readonly via: 'bearer' }
  | { readonly via: 'cookie'; readonly token: string }
);

/** All of a request that can prove anything. */
interface Credentials {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  /** Whether it came by HTTPS: either scheme has a cookie of its own. */
  readonly secure: boolean;
  readonly pageKey: string | undefined;
  /** What stands in place of the key where the browser itself asks: good for reading this one path. */
  readonly ticket?: { readonly value: string; readonly path: string } | undefined;
}

/** The one place that decides who a request is from. */
export interface Auth {
  identify(credentials: Credentials): Caller | undefined;
  /** Whether what was opened for this login may go on. */
  isLive(login: string): boolean;
}

const BEARER_LOGIN = 'bearer';

/**
 * A browser needs two things: the cookie, which no script can read but every port of the host gets, and the key of its pages,
 * which only its own origin can read but which opens nothing by itself.
 */
export const createAuth = (deps: { logins: Logins; tickets: FileTickets; bearerToken: string }): Auth => {
  const { logins, tickets, bearerToken } = deps;

  const byBearer = (authorization: string): Caller | undefined => {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const known = token !== undefined && sameSecret(token, bearerToken);
    return known ? { principal: OWNER, via: 'bearer', login: BEARER_LOGIN } : undefined;
  };

  const isProven = (login: string, { pageKey, ticket }: Credentials): boolean =>
    pageKey !== undefined
      ? logins.holdsKey(login, pageKey)
      : ticket !== undefined && tickets.opens(ticket.value, login, ticket.path);

  return {
    identify(credentials) {
      if (credentials.authorization !== undefined) return byBearer(credentials.authorization);
      for (const token of sessionTokens(credentials.cookie, credentials.secure)) {
        const login = logins.find(token);
        if (login === undefined || !isProven(login, credentials)) continue;
        logins.use(login);
        return { principal: OWNER, via: 'cookie', login, token };
      }
      return undefined;
    },
    isLive: (login) => login === BEARER_LOGIN || logins.isLive(login),
  };
};
