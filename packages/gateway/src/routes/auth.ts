import { LoginRequest, SESSION_COOKIE } from '@matrix-os/contracts';
import { AppError } from '@matrix-os/kit';
import type { Attempts } from '../auth/attempts.ts';
import type { LoginCodes } from '../auth/login-codes.ts';
import { LOGIN_LIFETIME_MS, type Logins } from '../auth/logins.ts';
import { readBody } from '../http/body.ts';
import type { GatewayApp, GatewayContext } from '../http/context.ts';
import { clientAddress, isSecure } from '../http/peer.ts';

export interface AuthRoutesDeps {
  readonly logins: Logins;
  readonly codes: LoginCodes;
  readonly attempts: Attempts;
}

const setCookie = (c: GatewayContext, value: string, maxAgeSeconds: number) => {
  const secure = isSecure(c.env?.incoming) ? '; Secure' : '';
  c.header(
    'set-cookie',
    `${SESSION_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure}`,
  );
};

/** The one route besides `/health` that anyone may call. */
export const addLoginRoute = (app: GatewayApp, { logins, codes, attempts }: AuthRoutesDeps): void => {
  app.post('/auth/login', async (c) => {
    const address = clientAddress(c.env?.incoming);
    attempts.check(address);
    const { code } = await readBody(c, LoginRequest);
    if (!codes.redeem(code)) {
      attempts.failed(address);
      throw new AppError(
        'unauthorized',
        'That code is used up, too old or mistyped. "matrix link" prints a fresh one.',
      );
    }
    setCookie(c, await logins.create(), LOGIN_LIFETIME_MS / 1000);
    return c.body(null, 204);
  });
};

export const addAuthRoutes = (app: GatewayApp, { logins, codes }: AuthRoutesDeps): void => {
  app.post('/auth/codes', (c) => {
    const { code, expiresAt } = codes.issue();
    return c.json({ code, expiresAt: new Date(expiresAt).toISOString() }, 201);
  });
  app.get('/auth/session', (c) => {
    // The browser's copy slides along with ours.
    const { via } = c.get('principal');
    const token = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([^;\\s]+)`).exec(
      c.req.header('cookie') ?? '',
    )?.[1];
    if (via === 'cookie' && token !== undefined) setCookie(c, token, LOGIN_LIFETIME_MS / 1000);
    return c.json({ owner: true, via });
  });
  app.post('/auth/logout', async (c) => {
    const { via, login } = c.get('principal');
    if (via === 'cookie') {
      await logins.end(login);
      setCookie(c, '', 0);
    }
    return c.body(null, 204);
  });
};
