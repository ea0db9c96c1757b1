import type { Hono } from 'hono';
import type { AdminDeps } from './app.ts';
import type { Caller } from './caller.ts';
import type { UsageQueries } from './usage-queries.ts';

export interface PageDeps extends AdminDeps {
  readonly caller: Caller;
  readonly usage: UsageQueries;
}

export const registerPages = (_app: Hono, _deps: PageDeps): void => {};
