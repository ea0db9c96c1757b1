import { type LoginAnswer, LoginRequest } from '@matrix-os/contracts';
import { AppError } from '@matrix-os/kit';
import type { Attempts } from '../auth/attempts.ts';
import type { LoginCodes } from '../auth/login-codes.ts';
import { LOGIN_LIFETIME_MS, type Logins } from '../auth/logins.ts';
import { sessionCookies } from '../auth/session-cookie.ts';
import { checkBody, readJson } from '../http/body.ts';
import type { GatewayApp, GatewayContext } from '../http/context.ts';
import type { Peers } from '../http/peer.ts';

export interface AuthRoutesDeps {
  readonly logins: Logins;
  readonly codes: LoginCodes;
  readonly attempts: Attempts;
  readonly peers: Peers;
}

/** A stranger's body: a code and no more, which takes no time to send. */
const LOGIN_BODY = { maxBytes: 4096, withinMs: 5000 };

const setCookie = (c: GatewayContext, peers: Peers, token: string | null): void => {
  const secure = peers.isSecure(c.env?.incoming);
  for (const cookie of sessionCookies({ secure, token, lifetimeSeconds: LOGIN_LIFETIME_MS / 1000 }))
    c.header('set-cookie', cookie, { append: true });
};

/** The one route besides `/health` that anyone may call. */
export const addLoginRoute = (app: GatewayApp, { logins, codes, attempts, peers }: AuthRoutesDeps): void => {
  app.post('/auth/login', async (c) => {
    const { code } = checkBody(await readJson(c, LOGIN_BODY), LoginRequest);
    if (!codes.redeem(code)) {
      attempts.failed(peers.addressOf(c.env?.incoming));
      throw new AppError(
        'unauthorized',
        'That code is used up, too old or mistyped. "matrix link" prints a fresh one.',
      );
    }
    const { token, key } = await logins.create();
    setCookie(c, peers, token);
    const answer: LoginAnswer = { key };
    return c.json(answer);
  });
};

export const addAuthRoutes = (app: GatewayApp, { logins, codes, peers }: AuthRoutesDeps): void => {
  app.post('/auth/codes', (c) => {
    const { code, expiresAt } = codes.issue();
    return c.json({ code, expiresAt: new Date(expiresAt).toISOString() }, 201);
  });
  app.get('/auth/session', (c) => {
    const caller = c.get('caller');
    // The browser's copy slides along with ours.
    if (caller.via === 'cookie') setCookie(c, peers, caller.token);
    return c.json({ owner: true, via: caller.via });
  });
  app.post('/auth/logout', async (c) => {
    const { via, login } = c.get('caller');
    if (via === 'cookie') {
      await logins.end(login);
      setCookie(c, peers, null);
    }
    return c.body(null, 204);
  });
};
