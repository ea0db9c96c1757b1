import { PAGE_KEY_HEADER } from '@matrix-os/contracts';
import { AppError } from '@matrix-os/kit';
import type { MiddlewareHandler } from 'hono';
import type { Auth } from '../auth/auth.ts';
import type { GatewayContext, GatewayEnv } from './context.ts';
import type { Peers } from './peer.ts';
import { rawPath } from './raw-target.ts';
import type { SiteGuard, SiteHeaders } from './same-site.ts';
import type { Strangers } from './strangers.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

const siteHeaders = (c: GatewayContext): SiteHeaders => ({
  host: c.req.header('host'),
  origin: c.req.header('origin'),
  secFetchSite: c.req.header('sec-fetch-site'),
});

export const guardSite =
  (site: SiteGuard): MiddlewareHandler<GatewayEnv> =>
  async (c, next) => {
    const headers = siteHeaders(c);
    site.checkHost(headers);
    if (!SAFE_METHODS.has(c.req.method)) site.checkOrigin(headers);
    await next();
  };

/** Lets the owner through, whether a browser or a program. */
export const requireOwner =
  (deps: { auth: Auth; peers: Peers; strangers: Strangers }): MiddlewareHandler<GatewayEnv> =>
  async (c, next) => {
    const incoming = c.env?.incoming;
    const ticket = SAFE_METHODS.has(c.req.method) ? c.req.query('ticket') : undefined;
    const caller = deps.auth.identify({
      authorization: c.req.header('authorization'),
      cookie: c.req.header('cookie'),
      secure: deps.peers.isSecure(incoming),
      pageKey: c.req.header(PAGE_KEY_HEADER),
      ticket: ticket === undefined ? undefined : { value: ticket, path: rawPath(c) },
    });
    if (caller === undefined) {
      throw new AppError(
        'unauthorized',
        'Sign in first. "matrix link" prints a link with a fresh code. A sign-in belongs to the pages of one address: open the desktop there, and files from it.',
      );
    }
    if (caller.principal.kind !== 'owner') throw new AppError('forbidden', 'This is for the owner alone.');
    deps.strangers.isWelcome(incoming);
    c.set('caller', caller);
    await next();
  };

/** For answers that say nothing about it themselves: no sniffing, no caching, no use by other sites. */
export const hardenHeaders: MiddlewareHandler<GatewayEnv> = async (c, next) => {
  await next();
  const defaults = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  };
  for (const [name, value] of Object.entries(defaults)) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  }
};
