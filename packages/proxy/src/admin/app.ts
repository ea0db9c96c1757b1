import {
  PROBLEM_CONTENT_TYPE,
  ProxyKeyRequest,
  ProxyKeyRotation,
  ProxyQuotaUpdate,
  toProblem,
} from '@matrix-os/contracts';
import { AppError, isAppError } from '@matrix-os/kit';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { AdminDeps } from './admin-deps.ts';
import { createCaller } from './caller.ts';
import { usageRowsToCsv } from './csv.ts';
import { registerPages } from './pages.ts';
import { keyToJson, noticeToJson, timestamp } from './to-json.ts';
import { createUsageQueries, type GroupBy, type UsageRange } from './usage-queries.ts';
import { VERSION } from './version.ts';

const MAX_BODY_BYTES = 64 * 1024;
const GROUPS = z.enum(['day', 'model', 'session']);

/** Health, usage, keys, quotas, audit, metrics and the operator page: everything but `/v1`. */
export const createAdminApp = (deps: AdminDeps): Hono => {
  const { administration, db, engine, metrics, reconciliation, upstreamKeys, logger, now } = deps;
  const app = new Hono();
  const caller = createCaller(deps);
  const usage = createUsageQueries({ db, now });

  app.onError((error, c) => {
    const problem = toProblem(error);
    if (problem.status >= 500 && !isAppError(error)) logger.error({ err: error, path: c.req.path }, 'failed');
    return c.body(JSON.stringify(problem), problem.status as 500, { 'content-type': PROBLEM_CONTENT_TYPE });
  });
  app.notFound((c) => {
    const detail = `There is no ${c.req.method} ${c.req.path} here. The API is under /v1, the operator page at /.`;
    const problem = toProblem(new AppError('not_found', detail));
    return c.body(JSON.stringify(problem), 404, { 'content-type': PROBLEM_CONTENT_TYPE });
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new AppError('too_large', 'At most 64 kB here.');
      },
    }),
  );

  app.get('/health', async (c) => {
    if (!deps.isReady()) return c.json({ status: 'stopping', version: VERSION, database: engine }, 503);
    try {
      await db.selectFrom('tenants').select('name').limit(1).execute();
      return c.json({ status: 'ok', version: VERSION, database: engine });
    } catch (error) {
      logger.error({ err: error }, 'the database does not answer');
      return c.json({ status: 'degraded', version: VERSION, database: engine }, 503);
    }
  });
  // Claude Code looks here whether there is a network at all.
  app.on(['GET', 'HEAD'], '/api/hello', (c) => c.json({ message: 'hello' }));

  app.get('/metrics', async (c) => {
    await caller.requireAdmin(c);
    const open = await db
      .selectFrom('ledger')
      .select((eb) => eb.fn.countAll<bigint>().as('count'))
      .where('state', '=', 'open')
      .executeTakeFirst();
    c.header('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    return c.body(
      metrics.text({
        matrix_proxy_open_reservations: Number(open?.count ?? 0n),
        matrix_proxy_upstream_keys: upstreamKeys.count,
        matrix_proxy_upstream_keys_ready: upstreamKeys.ready(),
      }),
    );
  });

  // `summary` and `me` before `:user`: they can't be tenants.
  app.get('/usage/summary', async (c) => {
    await caller.requireAdmin(c);
    return c.json(await usage.summary());
  });
  app.get('/usage/summary/:by', async (c) => {
    await caller.requireAdmin(c);
    return rows(c, undefined);
  });
  app.get('/usage/me', async (c) => c.json(await usage.ofTenant(await caller.requireTenant(c))));
  app.get('/usage/me/notices', async (c) => {
    const tenant = await caller.requireTenant(c);
    return notices(c, tenant);
  });
  app.get('/usage/me/:by', async (c) => rows(c, await caller.requireTenant(c)));
  app.get('/usage/:user', async (c) => {
    const user = c.req.param('user');
    await caller.requireAdminOr(c, user);
    return c.json(await usage.ofTenant(user));
  });
  app.get('/usage/:user/notices', async (c) => {
    const user = c.req.param('user');
    await caller.requireAdminOr(c, user);
    return notices(c, user);
  });
  app.get('/usage/:user/:by', async (c) => {
    const user = c.req.param('user');
    await caller.requireAdminOr(c, user);
    return rows(c, user);
  });

  app.post('/quotas/:user', async (c) => {
    const actor = await caller.requireAdmin(c);
    const user = c.req.param('user');
    const update = await parseBody(c, ProxyQuotaUpdate);
    if (user === 'default') {
      await administration.setDefaultQuota(actor, update);
      return c.body(null, 204);
    }
    await administration.setQuota(actor, user, update);
    return c.json((await usage.ofTenant(user)).limits);
  });
  app.get('/quotas/:user', async (c) => {
    const user = c.req.param('user');
    await caller.requireAdminOr(c, user);
    return c.json((await usage.ofTenant(user)).limits);
  });

  app.get('/keys', async (c) => {
    await caller.requireAdmin(c);
    let query = db.selectFrom('keys').selectAll().orderBy('created_at', 'desc');
    const tenant = c.req.query('tenant');
    if (tenant !== undefined) query = query.where('tenant', '=', tenant);
    return c.json({ keys: (await query.limit(10_000).execute()).map(keyToJson) });
  });
  app.post('/keys', async (c) => {
    const actor = await caller.requireAdmin(c);
    const request = await parseBody(c, ProxyKeyRequest);
    const expiresAt = request.expiresAt === undefined ? undefined : Date.parse(request.expiresAt);
    return c.json(await administration.createKey(actor, { ...request, expiresAt }), 201);
  });
  app.post('/keys/:id/rotate', async (c) => {
    const actor = await caller.requireAdmin(c);
    const { overlapSeconds } = await parseBody(c, ProxyKeyRotation);
    return c.json(await administration.rotateKey(actor, c.req.param('id'), overlapSeconds * 1000), 201);
  });
  app.delete('/keys/:id', async (c) => {
    const actor = await caller.requireAdmin(c);
    await administration.revokeKey(actor, c.req.param('id'));
    return c.body(null, 204);
  });

  app.get('/audit', async (c) => {
    await caller.requireAdmin(c);
    const found = await db.selectFrom('audit').selectAll().orderBy('at', 'desc').limit(1000).execute();
    return c.json({
      entries: found.map((row) => ({
        ...row,
        at: timestamp(row.at),
        detail: JSON.parse(row.detail) as unknown,
      })),
    });
  });
  app.get('/notices', async (c) => {
    await caller.requireAdmin(c);
    return notices(c, undefined);
  });
  app.get('/reconciliation', async (c) => {
    await caller.requireAdmin(c);
    return c.json(await reconciliation.report());
  });
  app.post('/reconciliation', async (c) => {
    await caller.requireAdmin(c);
    await reconciliation.run();
    return c.json(await reconciliation.report());
  });

  registerPages(app, { ...deps, caller, usage });

  const notices = async (c: Context, tenant: string | undefined) => {
    let query = db.selectFrom('notices').selectAll().orderBy('id');
    const after = c.req.query('after');
    if (tenant !== undefined) query = query.where('tenant', '=', tenant);
    if (after !== undefined) query = query.where('id', '>', after);
    return c.json({ notices: (await query.limit(1000).execute()).map(noticeToJson) });
  };

  const rows = async (c: Context, tenant: string | undefined) => {
    const by = GROUPS.safeParse(c.req.param('by'));
    if (!by.success) throw new AppError('not_found', 'Usage is told by day, model or session.');
    const found = await usage.rows(tenant, by.data as GroupBy, rangeOf(c, now()));
    if (c.req.query('format') !== 'csv') return c.json({ by: by.data, rows: found });
    c.header('content-type', 'text/csv; charset=utf-8');
    c.header('content-disposition', `attachment; filename="usage-${tenant ?? 'all'}-by-${by.data}.csv"`);
    return c.body(usageRowsToCsv(by.data, found));
  };

  return app;
};

const Day = z.iso.date();

/** The last 31 days unless `?from=` and `?to=` say otherwise. */
const rangeOf = (c: Context, now: number): UsageRange => {
  const day = (name: string, otherwise: number): string => {
    const given = c.req.query(name);
    if (given === undefined) return new Date(otherwise).toISOString().slice(0, 10);
    const parsed = Day.safeParse(given);
    if (!parsed.success) throw new AppError('invalid_input', `${name}: write a day such as 2026-11-23.`);
    return parsed.data;
  };
  // A tenant's day may be one ahead of UTC's.
  return { from: day('from', now - 31 * 86_400_000), to: day('to', now + 86_400_000) };
};

const parseBody = async <Schema extends z.core.$ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> => {
  const text = await c.req.text();
  let value: unknown;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalid_input', 'The body is not valid JSON.', { cause });
  }
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  throw new AppError('invalid_input', z.prettifyError(result.error));
};
