import type {
  ProxyLimits,
  ProxyModelTotals,
  ProxyUsage,
  ProxyUsageRow,
  ProxyUsageSummary,
} from '@matrix-os/contracts';
import { AppError } from '@matrix-os/kit';
import { sql } from 'kysely';
import type { Database, PeriodRow, RollupRow, TenantRow } from '../database/schema.ts';
import { firstRequestId } from '../ledger/request-id.ts';
import { formatNano, type Nano } from '../money/nano.ts';
import { type Calendar, createCalendar, type LocalDay } from '../quota/calendar.ts';
import { type Amounts, addAmounts, NO_AMOUNTS, totalsToJson } from './to-json.ts';

export type GroupBy = 'day' | 'model' | 'session';

export interface UsageRange {
  /** Days, both included. */
  readonly from: string;
  readonly to: string;
}

export interface UsageQueries {
  /** @throws AppError `not_found` */
  ofTenant(name: string): Promise<ProxyUsage>;
  summary(): Promise<ProxyUsageSummary>;
  /** `tenant` undefined: everyone's. */
  rows(tenant: string | undefined, by: GroupBy, range: UsageRange): Promise<ProxyUsageRow[]>;
}

export const createUsageQueries = (deps: { db: Database; now(): number }): UsageQueries => {
  const { db, now } = deps;
  const calendar: Calendar = createCalendar();

  const describe = async (tenant: TenantRow, local: LocalDay) => {
    const rollups = await db
      .selectFrom('rollups')
      .selectAll()
      .where('tenant', '=', tenant.name)
      .where('day', '>=', `${local.month}-01`)
      .where('day', '<=', `${local.month}-31`)
      .execute();
    const periods = await db
      .selectFrom('periods')
      .selectAll()
      .where('tenant', '=', tenant.name)
      .where('period', 'in', [local.day, local.month])
      .execute();
    return { rollups, limits: limitsToJson(tenant, periods, local) };
  };

  const sessions = async (tenant: string | undefined, range: UsageRange): Promise<FoundRow[]> => {
    if (tenant !== undefined) return sessionsOf(db, tenant, range);
    const found: FoundRow[] = [];
    const tenants = await db.selectFrom('tenants').select('name').orderBy('name').execute();
    for (const { name } of tenants) found.push(...(await sessionsOf(db, name, range)));
    return found;
  };

  const tenantByName = async (name: string): Promise<TenantRow> => {
    const tenant = await db.selectFrom('tenants').selectAll().where('name', '=', name).executeTakeFirst();
    if (tenant !== undefined) return tenant;
    throw new AppError('not_found', `There is no tenant ${JSON.stringify(name)}. POST /keys makes one.`);
  };

  return {
    async ofTenant(name) {
      const tenant = await tenantByName(name);
      const local = calendar.at(tenant.time_zone, now());
      const { rollups, limits } = await describe(tenant, local);
      const shared = rollups.filter((row) => row.payer === 'shared');
      return {
        user: name,
        today: totalsToJson(sum(shared.filter((row) => row.day === local.day))),
        month: totalsToJson(sum(shared)),
        byModel: byModel(rollups),
        ownKey: totalsToJson(sum(rollups.filter((row) => row.payer === 'own'))),
        limits,
      };
    },
    async summary() {
      const tenants = await db.selectFrom('tenants').selectAll().orderBy('name').execute();
      const users = [];
      const all: RollupRow[] = [];
      let today = NO_AMOUNTS;
      let month = NO_AMOUNTS;
      for (const tenant of tenants) {
        const local = calendar.at(tenant.time_zone, now());
        const { rollups, limits } = await describe(tenant, local);
        const shared = rollups.filter((row) => row.payer === 'shared');
        const ofToday = sum(shared.filter((row) => row.day === local.day));
        const ofMonth = sum(shared);
        today = addAmounts(today, ofToday);
        month = addAmounts(month, ofMonth);
        all.push(...rollups);
        users.push({
          user: tenant.name,
          today: totalsToJson(ofToday),
          month: totalsToJson(ofMonth),
          limits,
        });
      }
      return { today: totalsToJson(today), month: totalsToJson(month), byModel: byModel(all), users };
    },
    async rows(tenant, by, range) {
      if (tenant !== undefined) await tenantByName(tenant);
      const found = by === 'session' ? await sessions(tenant, range) : await grouped(db, tenant, by, range);
      return found.map(({ user, key, payer, ...amounts }) => ({
        user,
        key,
        payer: payer === 'own' ? 'own' : 'shared',
        ...totalsToJson(amounts),
      }));
    },
  };
};

type FoundRow = Amounts & { user: string; key: string; payer: string };

const grouped = (
  db: Database,
  tenant: string | undefined,
  by: 'day' | 'model',
  range: UsageRange,
): Promise<FoundRow[]> => {
  let query = db
    .selectFrom('rollups')
    .select(['tenant as user', `${by} as key`, 'payer'])
    .select((eb) => [
      eb.fn.sum<bigint>('requests').as('requests'),
      eb.fn.sum<bigint>('cost').as('cost'),
      eb.fn.sum<bigint>('input_tokens').as('input_tokens'),
      eb.fn.sum<bigint>('cache_read_tokens').as('cache_read_tokens'),
      eb.fn.sum<bigint>('cache_write_5m_tokens').as('cache_write_5m_tokens'),
      eb.fn.sum<bigint>('cache_write_1h_tokens').as('cache_write_1h_tokens'),
      eb.fn.sum<bigint>('output_tokens').as('output_tokens'),
      eb.fn.sum<bigint>('web_searches').as('web_searches'),
    ])
    .where('day', '>=', range.from)
    .where('day', '<=', range.to);
  if (tenant !== undefined) query = query.where('tenant', '=', tenant);
  return query.groupBy(['tenant', by, 'payer']).orderBy('tenant').orderBy(by).orderBy('payer').execute();
};

const sessionsOf = (db: Database, tenant: string, range: UsageRange): Promise<FoundRow[]> =>
  db
    .selectFrom('ledger')
    .select(['tenant as user', sql<string>`coalesce(session, '')`.as('key'), 'payer'])
    .select((eb) => [
      eb.fn.countAll<bigint>().as('requests'),
      eb.fn.sum<bigint>('cost').as('cost'),
      eb.fn.sum<bigint>('input_tokens').as('input_tokens'),
      eb.fn.sum<bigint>('cache_read_tokens').as('cache_read_tokens'),
      eb.fn.sum<bigint>('cache_write_5m_tokens').as('cache_write_5m_tokens'),
      eb.fn.sum<bigint>('cache_write_1h_tokens').as('cache_write_1h_tokens'),
      eb.fn.sum<bigint>('output_tokens').as('output_tokens'),
      eb.fn.sum<bigint>('web_searches').as('web_searches'),
    ])
    .where('tenant', '=', tenant)
    // Local days are within a day of UTC's.
    .where('id', '>=', firstRequestId(Date.parse(range.from) - 86_400_000))
    .where('state', '!=', 'open')
    .where('day', '>=', range.from)
    .where('day', '<=', range.to)
    .groupBy(['tenant', 'session', 'payer'])
    .orderBy('cost', 'desc')
    .limit(10_000)
    .execute();

const sum = (rows: readonly Amounts[]): Amounts => rows.reduce<Amounts>(addAmounts, NO_AMOUNTS);

const byModel = (rollups: readonly RollupRow[]): ProxyModelTotals[] => {
  const groups = new Map<string, { model: string; payer: 'shared' | 'own'; amounts: Amounts }>();
  for (const row of rollups) {
    const key = `${row.payer} ${row.model}`;
    const group = groups.get(key);
    const payer = row.payer === 'own' ? 'own' : 'shared';
    groups.set(key, {
      model: row.model,
      payer,
      amounts: addAmounts(group?.amounts ?? NO_AMOUNTS, row),
    });
  }
  return [...groups.values()]
    .sort((a, b) => (a.amounts.cost < b.amounts.cost ? 1 : -1))
    .map(({ model, payer, amounts }) => ({ model, payer, ...totalsToJson(amounts) }));
};

const limitsToJson = (tenant: TenantRow, periods: readonly PeriodRow[], local: LocalDay): ProxyLimits => {
  const limit = (period: string, most: Nano | null, ends: number): ProxyLimits['daily'] => {
    if (most === null) return null;
    const row = periods.find((candidate) => candidate.period === period);
    const spent = row?.spent ?? 0n;
    const reserved = row?.reserved ?? 0n;
    const left = most - spent - reserved;
    return {
      limitUsd: formatNano(most),
      spentUsd: formatNano(spent),
      reservedUsd: formatNano(reserved),
      leftUsd: formatNano(left < 0n ? 0n : left),
      resetsAt: new Date(ends).toISOString(),
    };
  };
  return {
    timeZone: tenant.time_zone,
    hard: tenant.hard !== 0n,
    daily: limit(local.day, tenant.daily_limit, local.dayEnds),
    monthly: limit(local.month, tenant.monthly_limit, local.monthEnds),
    requestsPerMinute: tenant.requests_per_minute === null ? null : Number(tenant.requests_per_minute),
    requestsAtOnce: tenant.requests_at_once === null ? null : Number(tenant.requests_at_once),
  };
};
