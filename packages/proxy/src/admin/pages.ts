import { ProxyQuotaUpdate } from '@matrix-os/contracts';
import { AppError, messageOf } from '@matrix-os/kit';
import type { Context, Hono } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import type { AdminDeps } from './admin-deps.ts';
import { ADMIN_COOKIE, type Caller } from './caller.ts';
import type { SpendDay } from './chart.ts';
import { html } from './html.ts';
import {
  auditView,
  billView,
  type Flash,
  keysView,
  loginView,
  page,
  spendView,
  type Tab,
} from './page-views.ts';
import { keyToJson, noticeToJson, timestamp } from './to-json.ts';
import type { UsageQueries } from './usage-queries.ts';

export interface PageDeps extends AdminDeps {
  readonly caller: Caller;
  readonly usage: UsageQueries;
}

const DAYS = 31;
const DAY_MS = 86_400_000;
const MODELS_SHOWN = 5;
const ROTATION_OVERLAP_MS = DAY_MS;

/** Plain pages and forms. Nothing may be loaded or run, wherever it comes from. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The operator page at `/` and its forms under `/admin`. */
export const registerPages = (app: Hono, deps: PageDeps): void => {
  const { administration, caller, db, now, reconciliation, usage } = deps;

  const views: Record<Tab, () => Promise<ReturnType<typeof html>>> = {
    spend: async () => {
      const [summary, { days, series }, notices] = await Promise.all([
        usage.summary(),
        spendByDay(deps),
        db.selectFrom('notices').selectAll().orderBy('id', 'desc').limit(20).execute(),
      ]);
      return spendView({ summary, days, series, notices: notices.map(noticeToJson) });
    },
    keys: async () => {
      const [summary, keys] = await Promise.all([
        usage.summary(),
        db
          .selectFrom('keys')
          .selectAll()
          .orderBy('tenant')
          .orderBy('created_at', 'desc')
          .limit(1000)
          .execute(),
      ]);
      return keysView({ summary, keys: keys.map(keyToJson), now: now() });
    },
    audit: async () => {
      const rows = await db.selectFrom('audit').selectAll().orderBy('at', 'desc').limit(200).execute();
      return auditView(rows.map((row) => ({ ...row, at: timestamp(row.at) })));
    },
    bill: async () => billView(await reconciliation.report()),
  };

  const show = async (c: Context, tab: Tab, flash?: Flash) =>
    c.html(page(tab, await views[tab](), flash), flash?.ok === false ? 400 : 200, HEADERS);

  const signedIn = (c: Context): boolean => caller.isAdmin(c);

  for (const [path, tab] of [
    ['/', 'spend'],
    ['/admin/keys', 'keys'],
    ['/admin/audit', 'audit'],
    ['/admin/bill', 'bill'],
  ] as const) {
    app.get(
      path,
      async (c): Promise<Response> => (signedIn(c) ? show(c, tab) : c.redirect('/admin/login', 303)),
    );
  }
  app.get('/admin/login', (c) => c.html(page(undefined, loginView()), 200, HEADERS));
  app.post('/admin/login', async (c) => {
    const { token } = await c.req.parseBody();
    if (typeof token !== 'string' || !caller.isAdminToken(token)) {
      const flash = { ok: false, text: 'That is not the admin token.' };
      return c.html(page(undefined, loginView(), flash), 401, HEADERS);
    }
    setCookie(c, ADMIN_COOKIE, caller.createCookie(), {
      httpOnly: true,
      sameSite: 'Strict',
      secure: c.req.header('x-forwarded-proto') === 'https',
      path: '/',
      maxAge: 12 * 3600,
    });
    return c.redirect('/', 303);
  });
  app.post('/admin/logout', (c) => {
    deleteCookie(c, ADMIN_COOKIE, { path: '/' });
    return c.redirect('/admin/login', 303);
  });

  /** A form's change, and the page it was made from with what came of it. */
  const form = (path: string, tab: Tab, act: (c: Context, actor: string) => Promise<Flash['text']>): void => {
    app.post(path, async (c) => {
      const actor = await caller.requireAdmin(c);
      try {
        return await show(c, tab, { ok: true, text: await act(c, actor) });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return show(c, tab, { ok: false, text: messageOf(error) });
      }
    });
  };
  const told = (key: string) =>
    html`The new key, shown this once: <code>${key}</code><br>In the OS, set <code>ANTHROPIC_BASE_URL</code> to this proxy and <code>ANTHROPIC_API_KEY</code> to the key.`;

  form('/admin/keys', 'keys', async (c, actor) => {
    const fields = await c.req.parseBody();
    const tenant = text(fields.tenant);
    const created = await administration.createKey(actor, {
      tenant,
      label: text(fields.label).slice(0, 80),
      expiresAt: undefined,
    });
    return told(created.key);
  });
  form('/admin/keys/:id/rotate', 'keys', async (c, actor) => {
    const created = await administration.rotateKey(actor, c.req.param('id') ?? '', ROTATION_OVERLAP_MS);
    return told(created.key);
  });
  form('/admin/keys/:id/revoke', 'keys', async (c, actor) => {
    await administration.revokeKey(actor, c.req.param('id') ?? '');
    return 'Revoked. The key no longer works.';
  });
  form('/admin/quotas', 'keys', async (c, actor) => {
    const fields = await c.req.parseBody();
    const limit = (name: string): string | null => text(fields[name]).replace(/^\$/, '') || null;
    const whole = (name: string): number | null => (limit(name) === null ? null : Number(limit(name)));
    const parsed = ProxyQuotaUpdate.safeParse({
      dailyLimitUsd: limit('dailyLimitUsd'),
      monthlyLimitUsd: limit('monthlyLimitUsd'),
      requestsPerMinute: whole('requestsPerMinute'),
      requestsAtOnce: whole('requestsAtOnce'),
      timeZone: text(fields.timeZone) || 'UTC',
      hard: fields.hard !== '0',
    });
    if (!parsed.success) throw new AppError('invalid_input', z.prettifyError(parsed.error));
    const tenant = text(fields.tenant);
    if (tenant === 'default') await administration.setDefaultQuota(actor, parsed.data);
    else await administration.setQuota(actor, tenant, parsed.data);
    return `The limits of ${tenant} are set.`;
  });
  form('/admin/bill', 'bill', async () => {
    await reconciliation.run();
    return 'Compared.';
  });
};

/** The last month by day; the models that cost most, and the others together. */
const spendByDay = async (deps: PageDeps): Promise<{ days: SpendDay[]; series: string[] }> => {
  const today = Math.floor(deps.now() / DAY_MS) * DAY_MS;
  const dayAt = (index: number): string =>
    new Date(today - (DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10);
  const rows = await deps.db
    .selectFrom('rollups')
    .select(['day', 'model'])
    .select((eb) => eb.fn.sum<bigint>('cost').as('cost'))
    .where('payer', '=', 'shared')
    .where('day', '>=', dayAt(0))
    .groupBy(['day', 'model'])
    .execute();
  const byModel = new Map<string, bigint>();
  for (const row of rows) byModel.set(row.model, (byModel.get(row.model) ?? 0n) + row.cost);
  const models = [...byModel].sort((a, b) => (a[1] < b[1] ? 1 : -1)).map(([model]) => model);
  const shown = models.slice(0, MODELS_SHOWN);
  const series = models.length > MODELS_SHOWN ? [...shown, 'others'] : shown;
  // A tenant east of here may be a day ahead.
  const days = Array.from({ length: DAYS + 1 }, (_, index) => dayAt(index)).map((day) => {
    const parts = series.map(() => 0n);
    for (const row of rows) {
      if (row.day !== day) continue;
      const at = shown.indexOf(row.model);
      const index = at === -1 ? series.length - 1 : at;
      parts[index] = (parts[index] ?? 0n) + row.cost;
    }
    return { day, parts };
  });
  if (days.at(-1)?.parts.every((part) => part === 0n) === true) days.pop();
  return { days, series };
};

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
