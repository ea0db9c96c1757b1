import { createId } from '@matrix-os/kit';
import type { LedgerRow, NoticeRow, PeriodRow, RollupRow, TenantRow } from '../database/schema.ts';
import type { Nano } from '../money/nano.ts';
import type { Calendar, LocalDay } from '../quota/calendar.ts';
import { noticeInWords, type Refusal } from '../quota/words.ts';
import type { TokenUsage } from '../usage/token-usage.ts';
import type { Rows } from './draft.ts';
import type { AwaitBatch, Operation, Outcome, Progress, Reserve, Settle } from './operations.ts';

/** What the transaction read, under its locks. The plan changes these objects; `touched` says which. */
export interface BatchState {
  readonly tenants: Pick<Rows<TenantRow>, 'get'>;
  readonly keys: ReadonlyMap<string, { expires_at: bigint | null; revoked_at: bigint | null }>;
  readonly rows: Rows<LedgerRow>;
  /** By `periodKey`. */
  readonly periods: Rows<PeriodRow>;
}

export interface BatchPlan {
  readonly outcomes: Outcome[];
  readonly inserts: Set<LedgerRow>;
  readonly updates: Set<LedgerRow>;
  readonly tenants: Set<TenantRow>;
  readonly periods: Set<PeriodRow>;
  /** Amounts to add. */
  readonly rollups: Map<string, RollupRow>;
  readonly notices: NoticeRow[];
}

export const periodKey = (tenant: string, period: string): string => `${tenant} ${period}`;

const MINUTE = 60_000;

/**
 * Decides a batch of operations in their order, as if each had its own transaction. Pure but for the rows handed in:
 * both engines run the same rules, and a test needs neither.
 */
export const planBatch = (
  operations: readonly Operation[],
  state: BatchState,
  calendar: Calendar,
  proxy: string,
): BatchPlan => {
  const plan: BatchPlan = {
    outcomes: [],
    inserts: new Set(),
    updates: new Set(),
    tenants: new Set(),
    periods: new Set(),
    rollups: new Map(),
    notices: [],
  };
  const planner = createPlanner(state, plan, calendar, proxy);
  for (const operation of operations) plan.outcomes.push(planner(operation));
  return plan;
};

const createPlanner = (state: BatchState, plan: BatchPlan, calendar: Calendar, proxy: string) => {
  const period = (tenant: string, name: string): PeriodRow => {
    const key = periodKey(tenant, name);
    let row = state.periods.get(key);
    if (row === undefined) {
      row = { tenant, period: name, spent: 0n, reserved: 0n, told: 0n };
      state.periods.set(key, row);
    }
    return row;
  };

  const done = (tenant: TenantRow | undefined): Outcome => ({
    ok: true,
    notice: tenant?.last_notice ?? undefined,
  });

  /** Each threshold is told once per period; a jump over both tells the higher one. */
  const tell = (
    tenant: TenantRow,
    row: PeriodRow,
    percent: 80 | 100,
    local: LocalDay,
    { id, at: now }: { readonly id: string; readonly at: number },
  ): void => {
    if (row.told >= BigInt(percent)) return;
    const isDay = row.period === local.day;
    const limit = isDay ? tenant.daily_limit : tenant.monthly_limit;
    if (limit === null) return;
    row.told = BigInt(percent);
    plan.periods.add(row);
    const message = noticeInWords(percent, {
      period: isDay ? 'day' : 'month',
      limit,
      spent: row.spent,
      timeZone: tenant.time_zone,
      resetsAt: isDay ? local.dayEnds : local.monthEnds,
      now,
    });
    const notice: NoticeRow = {
      // Not random, so that a plan that is made again from a log is the same plan.
      id: createId('ntc', now, Buffer.from(`${id.slice(-11)}${isDay ? 'd' : 'm'}`)),
      tenant: tenant.name,
      at: BigInt(now),
      period: row.period,
      percent: BigInt(percent),
      message,
    };
    plan.notices.push(notice);
    tenant.last_notice = notice.id;
    plan.tenants.add(tenant);
  };

  const tellThresholds = (tenant: TenantRow, operation: Settle): void => {
    const local = calendar.at(tenant.time_zone, operation.at);
    for (const [name, limit] of [
      [local.day, tenant.daily_limit],
      [local.month, tenant.monthly_limit],
    ] as const) {
      if (limit === null) continue;
      const row = period(tenant.name, name);
      if (row.spent >= limit) tell(tenant, row, 100, local, operation);
      else if (row.spent * 100n >= limit * 80n) tell(tenant, row, 80, local, operation);
    }
  };

  const refusalOf = (operation: Reserve, tenant: TenantRow, local: LocalDay): Refusal | undefined => {
    const now = operation.at;
    const minute = BigInt(Math.floor(now / MINUTE));
    const perMinute = tenant.requests_per_minute;
    if (perMinute !== null && tenant.minute === minute && tenant.minute_count >= perMinute) {
      const resetsAt = (Number(minute) + 1) * MINUTE;
      return { kind: 'per_minute', limit: Number(perMinute), resetsAt, now };
    }
    if (tenant.requests_at_once !== null && tenant.open >= tenant.requests_at_once) {
      return { kind: 'at_once', limit: Number(tenant.requests_at_once), resetsAt: now + 1000, now };
    }
    if (tenant.hard === 0n) return undefined;
    for (const [kind, name, limit, resetsAt] of [
      ['month', local.month, tenant.monthly_limit, local.monthEnds],
      ['day', local.day, tenant.daily_limit, local.dayEnds],
    ] as const) {
      if (limit === null) continue;
      const { spent, reserved } = period(tenant.name, name);
      const full = spent >= limit;
      if (!full && spent + reserved + operation.reserved <= limit) continue;
      const asked = operation.reserved;
      const { time_zone: timeZone } = tenant;
      return { kind: 'spend', period: kind, limit, spent, reserved, asked, timeZone, resetsAt, now };
    }
    return undefined;
  };

  const reserve = (operation: Reserve): Outcome => {
    const tenant = state.tenants.get(operation.tenant);
    if (operation.unlimited === true && state.rows.has(operation.id)) return done(tenant);
    if (tenant === undefined) return { ok: false, refusal: { kind: 'revoked' } };
    if (operation.keyId !== undefined) {
      const key = state.keys.get(operation.keyId);
      const over = key?.expires_at != null && key.expires_at <= BigInt(operation.at);
      if (key === undefined || key.revoked_at !== null || over) {
        return { ok: false, refusal: { kind: 'revoked' } };
      }
    }
    const local = calendar.at(tenant.time_zone, operation.at);
    const shared = operation.payer === 'shared' && operation.unlimited !== true;
    const refusal = shared ? refusalOf(operation, tenant, local) : undefined;
    if (refusal !== undefined) {
      if (refusal.kind === 'spend' && refusal.spent + refusal.asked > refusal.limit) {
        const row = period(tenant.name, refusal.period === 'day' ? local.day : local.month);
        if (refusal.spent * 100n >= refusal.limit * 80n) tell(tenant, row, 100, local, operation);
      }
      return { ok: false, refusal };
    }
    const gated = shared && (tenant.requests_per_minute !== null || tenant.requests_at_once !== null);
    if (gated) {
      const minute = BigInt(Math.floor(operation.at / MINUTE));
      tenant.minute_count = tenant.minute === minute ? tenant.minute_count + 1n : 1n;
      tenant.minute = minute;
      tenant.open += 1n;
      plan.tenants.add(tenant);
    }
    if (shared) {
      for (const name of [local.day, local.month]) {
        const row = period(tenant.name, name);
        row.reserved += operation.reserved;
        plan.periods.add(row);
      }
    }
    const row = newRow(operation, local, gated, proxy);
    state.rows.set(row.id, row);
    plan.inserts.add(row);
    return done(tenant);
  };

  const touch = (row: LedgerRow): void => {
    if (!plan.inserts.has(row)) plan.updates.add(row);
  };

  const progress = (operation: Progress): Outcome => {
    const row = state.rows.get(operation.id);
    if (row?.state === 'open') {
      row.floor = operation.floor;
      setTokens(row, operation.usage);
      touch(row);
    }
    return done(state.tenants.get(operation.tenant));
  };

  const ungate = (row: LedgerRow): void => {
    const tenant = state.tenants.get(row.tenant);
    if (row.gated === 0n || tenant === undefined) return;
    row.gated = 0n;
    if (tenant.open > 0n) tenant.open -= 1n;
    plan.tenants.add(tenant);
  };

  const awaitBatch = (operation: AwaitBatch): Outcome => {
    const row = state.rows.get(operation.id);
    if (row?.state === 'open') {
      row.batch_id = operation.batchId;
      row.lease_until = BigInt(operation.leaseUntil);
      ungate(row);
      touch(row);
    }
    return done(state.tenants.get(operation.tenant));
  };

  const settle = (operation: Settle): Outcome => {
    const row = state.rows.get(operation.id);
    const tenant = state.tenants.get(operation.tenant);
    if (row === undefined || row.state === 'settled') return done(tenant);
    if (row.state !== 'open' && operation.state !== 'settled') return done(tenant);
    const bill = operation.bill ?? [{ model: row.model, usage: tokensOf(row), cost: row.floor }];
    const before = row.state === 'open' ? undefined : { usage: tokensOf(row), cost: row.cost };
    const cost = bill.reduce((sum, line) => sum + line.cost, 0n);
    if (row.payer === 'shared') {
      for (const name of [row.day, row.month]) {
        const periodRow = period(row.tenant, name);
        if (before === undefined) periodRow.reserved -= row.reserved;
        periodRow.spent += cost - (before?.cost ?? 0n);
        plan.periods.add(periodRow);
      }
    }
    if (before !== undefined) addRollup(plan, row, row.model, before.usage, -before.cost, -1);
    bill.forEach((line, index) => {
      // One request, however many models had a part in it.
      addRollup(plan, row, line.model, line.usage, line.cost, index === 0 ? 1 : 0, 1);
    });
    ungate(row);
    row.state = operation.state;
    row.settled_at = BigInt(operation.at);
    row.cost = cost;
    row.model = bill[0]?.model ?? row.model;
    const [only] = bill;
    setTokens(
      row,
      only !== undefined && bill.length === 1
        ? only.usage
        : bill.reduce((sum, line) => plus(sum, line.usage), tokensOf()),
    );
    if (operation.flags.length > 0)
      row.flags = [...new Set([...row.flags.split(',').filter(Boolean), ...operation.flags])].join(',');
    row.status = operation.status === undefined ? row.status : BigInt(operation.status);
    row.upstream_id = operation.upstreamId ?? row.upstream_id;
    touch(row);
    if (tenant !== undefined && row.payer === 'shared') tellThresholds(tenant, operation);
    return done(tenant);
  };

  return (operation: Operation): Outcome => {
    switch (operation.kind) {
      case 'reserve':
        return reserve(operation);
      case 'progress':
        return progress(operation);
      case 'await_batch':
        return awaitBatch(operation);
      case 'settle':
        return settle(operation);
    }
  };
};

const newRow = (operation: Reserve, local: LocalDay, gated: boolean, proxy: string): LedgerRow => ({
  id: operation.id,
  tenant: operation.tenant,
  key_id: operation.keyId ?? null,
  session: operation.session ?? null,
  user_label: operation.userLabel ?? null,
  endpoint: operation.endpoint,
  model: operation.model,
  payer: operation.payer,
  state: 'open',
  flags: operation.flags.join(','),
  started_at: BigInt(operation.at),
  settled_at: null,
  day: local.day,
  month: local.month,
  reserved: operation.payer === 'shared' ? operation.reserved : 0n,
  floor: operation.floor,
  cost: 0n,
  input_tokens: 0n,
  cache_read_tokens: 0n,
  cache_write_5m_tokens: 0n,
  cache_write_1h_tokens: 0n,
  output_tokens: 0n,
  web_searches: 0n,
  status: null,
  upstream_id: null,
  batch_id: null,
  gated: gated ? 1n : 0n,
  proxy,
  lease_until: BigInt(operation.leaseUntil),
});

const tokensOf = (row?: LedgerRow): TokenUsage => ({
  input: Number(row?.input_tokens ?? 0n),
  cacheRead: Number(row?.cache_read_tokens ?? 0n),
  cacheWrite5m: Number(row?.cache_write_5m_tokens ?? 0n),
  cacheWrite1h: Number(row?.cache_write_1h_tokens ?? 0n),
  output: Number(row?.output_tokens ?? 0n),
  webSearches: Number(row?.web_searches ?? 0n),
});

const plus = (a: TokenUsage, b: TokenUsage): TokenUsage => ({
  input: a.input + b.input,
  cacheRead: a.cacheRead + b.cacheRead,
  cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
  cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
  output: a.output + b.output,
  webSearches: a.webSearches + b.webSearches,
});

const setTokens = (row: LedgerRow, usage: TokenUsage): void => {
  row.input_tokens = BigInt(usage.input);
  row.cache_read_tokens = BigInt(usage.cacheRead);
  row.cache_write_5m_tokens = BigInt(usage.cacheWrite5m);
  row.cache_write_1h_tokens = BigInt(usage.cacheWrite1h);
  row.output_tokens = BigInt(usage.output);
  row.web_searches = BigInt(usage.webSearches);
};

const addRollup = (
  plan: BatchPlan,
  row: LedgerRow,
  model: string,
  usage: TokenUsage,
  cost: Nano,
  requests: number,
  sign = -1,
): void => {
  const key = `${row.tenant} ${row.day} ${row.payer} ${model}`;
  let rollup = plan.rollups.get(key);
  if (rollup === undefined) {
    rollup = {
      tenant: row.tenant,
      day: row.day,
      model,
      payer: row.payer,
      requests: 0n,
      cost: 0n,
      input_tokens: 0n,
      cache_read_tokens: 0n,
      cache_write_5m_tokens: 0n,
      cache_write_1h_tokens: 0n,
      output_tokens: 0n,
      web_searches: 0n,
    };
    plan.rollups.set(key, rollup);
  }
  rollup.requests += BigInt(requests);
  rollup.cost += cost;
  rollup.input_tokens += BigInt(sign * usage.input);
  rollup.cache_read_tokens += BigInt(sign * usage.cacheRead);
  rollup.cache_write_5m_tokens += BigInt(sign * usage.cacheWrite5m);
  rollup.cache_write_1h_tokens += BigInt(sign * usage.cacheWrite1h);
  rollup.output_tokens += BigInt(sign * usage.output);
  rollup.web_searches += BigInt(sign * usage.webSearches);
};
