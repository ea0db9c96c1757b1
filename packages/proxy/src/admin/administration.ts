import type { ProxyKeyCreated, ProxyQuotaUpdate } from '@matrix-os/contracts';
import { AppError, createId } from '@matrix-os/kit';
import type { Kysely, Transaction } from 'kysely';
import type { z } from 'zod';
import type { Database, KeyRow, Tables, TenantRow } from '../database/schema.ts';
import { createTenantKey, hashTenantKey, requireTenantName } from '../keys/tenant-key.ts';
import { type Nano, parseUsd } from '../money/nano.ts';
import { createCalendar, isTimeZone } from '../quota/calendar.ts';
import { keyToJson } from './to-json.ts';

type Quota = Pick<
  TenantRow,
  'time_zone' | 'daily_limit' | 'monthly_limit' | 'hard' | 'requests_per_minute' | 'requests_at_once'
>;
type Update = z.output<typeof ProxyQuotaUpdate>;

/** Every change an operator can make. Each writes its audit row in its own transaction. */
export interface Administration {
  createKey(
    actor: string,
    request: { tenant: string; label: string; expiresAt: number | undefined },
  ): Promise<ProxyKeyCreated>;
  /** @throws AppError `not_found`, `conflict` for one that is revoked */
  rotateKey(actor: string, id: string, overlapMs: number): Promise<ProxyKeyCreated>;
  /** Effective at once, in every proxy. @throws AppError `not_found` */
  revokeKey(actor: string, id: string): Promise<void>;
  /** Makes the tenant when it is new. @throws AppError `invalid_input` */
  setQuota(actor: string, tenant: string, update: Update): Promise<void>;
  /** For tenants to come. */
  setDefaultQuota(actor: string, update: Update): Promise<void>;
  defaultQuota(): Promise<Quota>;
  ensureTenant(name: string): Promise<void>;
}

const NO_LIMITS: Quota = {
  time_zone: 'UTC',
  daily_limit: null,
  monthly_limit: null,
  hard: 1n,
  requests_per_minute: null,
  requests_at_once: null,
};

export const createAdministration = (deps: {
  db: Database;
  now(): number;
  onKeysChanged(): void;
}): Administration => {
  const { db, now, onKeysChanged } = deps;
  const calendar = createCalendar();
  const known = new Set<string>();

  const audit = (trx: Kysely<Tables>, actor: string, action: string, target: string, detail: object) =>
    trx
      .insertInto('audit')
      .values({
        id: createId('aud', now()),
        at: BigInt(now()),
        actor,
        action,
        target,
        detail: JSON.stringify(detail),
      })
      .execute();

  const readDefault = async (trx: Kysely<Tables>): Promise<Quota> => {
    const row = await trx
      .selectFrom('settings')
      .select('value')
      .where('name', '=', 'default_quota')
      .executeTakeFirst();
    return row === undefined ? NO_LIMITS : (JSON.parse(row.value, reviveNano) as Quota);
  };

  const insertTenant = async (trx: Kysely<Tables>, name: string): Promise<void> => {
    const quota = await readDefault(trx);
    await trx
      .insertInto('tenants')
      .values({
        name,
        ...quota,
        open: 0n,
        minute: 0n,
        minute_count: 0n,
        last_notice: null,
        created_at: BigInt(now()),
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
  };

  const insertKey = async (
    trx: Transaction<Tables>,
    tenant: string,
    label: string,
    expiresAt: number | undefined,
  ): Promise<ProxyKeyCreated> => {
    const key = createTenantKey(tenant);
    const row: KeyRow = {
      id: createId('key', now()),
      tenant,
      hash: hashTenantKey(key),
      hint: key.slice(-4),
      label,
      created_at: BigInt(now()),
      expires_at: expiresAt === undefined ? null : BigInt(expiresAt),
      revoked_at: null,
    };
    await trx.insertInto('keys').values(row).execute();
    return { ...keyToJson(row), key };
  };

  const liveKey = async (trx: Kysely<Tables>, id: string): Promise<KeyRow> => {
    const row = await trx.selectFrom('keys').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw new AppError('not_found', `There is no key ${id}. GET /keys lists them.`);
    return row;
  };

  /** A higher limit may be told again; one that is passed already must not be. */
  const forgetTold = async (trx: Kysely<Tables>, tenant: TenantRow): Promise<void> => {
    const local = calendar.at(tenant.time_zone, now());
    for (const [period, limit] of [
      [local.day, tenant.daily_limit],
      [local.month, tenant.monthly_limit],
    ] as const) {
      const row = await trx
        .selectFrom('periods')
        .selectAll()
        .where('tenant', '=', tenant.name)
        .where('period', '=', period)
        .executeTakeFirst();
      if (row === undefined) continue;
      const told = limit === null || row.spent * 100n < limit * 80n ? 0n : row.spent < limit ? 80n : 100n;
      if (told < row.told) {
        await trx
          .updateTable('periods')
          .set({ told })
          .where('tenant', '=', tenant.name)
          .where('period', '=', period)
          .execute();
      }
    }
  };

  const ensureTenant = async (name: string): Promise<void> => {
    if (known.has(name)) return;
    requireTenantName(name);
    const there = await db.selectFrom('tenants').select('name').where('name', '=', name).executeTakeFirst();
    if (there === undefined) {
      await db.transaction().execute(async (trx) => {
        await insertTenant(trx, name);
        await audit(trx, 'proxy', 'tenant.create', name, { by: 'x-matrix-user' });
      });
    }
    if (known.size < 100_000) known.add(name);
  };

  return {
    ensureTenant,
    defaultQuota: () => readDefault(db),
    async createKey(actor, { tenant, label, expiresAt }) {
      requireTenantName(tenant);
      return db.transaction().execute(async (trx) => {
        await insertTenant(trx, tenant);
        const created = await insertKey(trx, tenant, label, expiresAt);
        await audit(trx, actor, 'key.create', tenant, {
          id: created.id,
          label,
          expiresAt: expiresAt ?? null,
        });
        return created;
      });
    },
    async rotateKey(actor, id, overlapMs) {
      const created = await db.transaction().execute(async (trx) => {
        const old = await liveKey(trx, id);
        if (old.revoked_at !== null)
          throw new AppError('conflict', `The key ${id} is revoked; make a new one.`);
        const expiresAt = BigInt(now() + overlapMs);
        const fresh = await insertKey(trx, old.tenant, old.label, undefined);
        await trx.updateTable('keys').set({ expires_at: expiresAt }).where('id', '=', id).execute();
        await audit(trx, actor, 'key.rotate', old.tenant, { from: id, to: fresh.id, overlapMs });
        return fresh;
      });
      onKeysChanged();
      return created;
    },
    async revokeKey(actor, id) {
      await db.transaction().execute(async (trx) => {
        const key = await liveKey(trx, id);
        if (key.revoked_at !== null) return;
        await trx
          .updateTable('keys')
          .set({ revoked_at: BigInt(now()) })
          .where('id', '=', id)
          .execute();
        await audit(trx, actor, 'key.revoke', key.tenant, { id });
      });
      onKeysChanged();
    },
    async setQuota(actor, tenant, update) {
      requireTenantName(tenant);
      const changes = toQuota(update);
      await db.transaction().execute(async (trx) => {
        await insertTenant(trx, tenant);
        if (Object.keys(changes).length > 0) {
          await trx.updateTable('tenants').set(changes).where('name', '=', tenant).execute();
        }
        const row = await trx
          .selectFrom('tenants')
          .selectAll()
          .where('name', '=', tenant)
          .executeTakeFirstOrThrow();
        await forgetTold(trx, row);
        await audit(trx, actor, 'quota.set', tenant, update);
      });
    },
    async setDefaultQuota(actor, update) {
      const changes = toQuota(update);
      await db.transaction().execute(async (trx) => {
        const value = JSON.stringify({ ...(await readDefault(trx)), ...changes }, writeNano);
        await trx
          .insertInto('settings')
          .values({ name: 'default_quota', value })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
          .execute();
        await audit(trx, actor, 'quota.default', 'default', update);
      });
    },
  };
};

const toQuota = (update: Update): Partial<Quota> => {
  if (update.timeZone !== undefined && !isTimeZone(update.timeZone)) {
    throw new AppError(
      'invalid_input',
      `${JSON.stringify(update.timeZone)} is no time zone. Use an IANA name such as Europe/Berlin.`,
    );
  }
  const changes: Partial<Quota> = {};
  if (update.dailyLimitUsd !== undefined) changes.daily_limit = toNano(update.dailyLimitUsd);
  if (update.monthlyLimitUsd !== undefined) changes.monthly_limit = toNano(update.monthlyLimitUsd);
  if (update.timeZone !== undefined) changes.time_zone = update.timeZone;
  if (update.hard !== undefined) changes.hard = update.hard ? 1n : 0n;
  if (update.requestsPerMinute !== undefined)
    changes.requests_per_minute = toBigInt(update.requestsPerMinute);
  if (update.requestsAtOnce !== undefined) changes.requests_at_once = toBigInt(update.requestsAtOnce);
  return changes;
};

/** A JSON number is read by its shortest decimal form, which is what was typed. */
const toNano = (usd: number | string | null): Nano | null => {
  if (usd === null) return null;
  try {
    return parseUsd(typeof usd === 'number' ? usd.toFixed(9) : usd);
  } catch (cause) {
    throw new AppError('invalid_input', `${usd} is no amount of dollars.`, { cause });
  }
};

const toBigInt = (value: number | null): bigint | null => (value === null ? null : BigInt(value));

const writeNano = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}n` : value;
const reviveNano = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
