import type { IncomingMessage } from 'node:http';
import type { Context, Hono } from 'hono';
import type { Caller } from '../auth/auth.ts';

/** `incoming` is absent in unit tests, which call `app.request()` without a socket. */
export interface GatewayEnv {
  Bindings: { readonly incoming?: IncomingMessage };
  Variables: { caller: Caller };
}
export type GatewayContext = Context<GatewayEnv>;
export type GatewayApp = Hono<GatewayEnv>;
