import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LedgerRow, PeriodRow, TenantRow } from '../database/schema.ts';
import { createCalendar } from '../quota/calendar.ts';
import { NO_USAGE } from '../usage/token-usage.ts';
import type { Operation, Reserve, Settle } from './operations.ts';
import { type BatchState, planBatch } from './plan-batch.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const calendar = createCalendar();

const tenant = (limits: Partial<TenantRow> = {}): TenantRow => ({
  name: 'alice',
  time_zone: 'UTC',
  daily_limit: null,
  monthly_limit: null,
  hard: 1n,
  requests_per_minute: null,
  requests_at_once: null,
  open: 0n,
  minute: 0n,
  minute_count: 0n,
  last_notice: null,
  created_at: 0n,
  ...limits,
});

const stateOf = (row: TenantRow) => ({
  tenants: new Map([[row.name, row]]),
  keys: new Map(),
  rows: new Map<string, LedgerRow>(),
  periods: new Map<string, PeriodRow>(),
});

const reserve = (id: string, reserved: bigint, extra: Partial<Reserve> = {}): Reserve => ({
  kind: 'reserve',
  id,
  tenant: 'alice',
  keyId: undefined,
  at: NOW,
  session: undefined,
  userLabel: undefined,
  endpoint: 'messages',
  model: 'm',
  payer: 'shared',
  reserved,
  floor: reserved / 2n,
  flags: [],
  leaseUntil: NOW,
  ...extra,
});

const settle = (id: string, cost: bigint | undefined, extra: Partial<Settle> = {}): Settle => ({
  kind: 'settle',
  id,
  tenant: 'alice',
  at: NOW,
  state: 'settled',
  bill: cost === undefined ? undefined : [{ model: 'm', usage: { ...NO_USAGE, output: Number(cost) }, cost }],
  flags: [],
  status: 200,
  upstreamId: undefined,
  ...extra,
});

const run = (state: BatchState, ...operations: Operation[]) => planBatch(operations, state, calendar, 'test');
const day = (state: BatchState): PeriodRow | undefined => state.periods.get('alice 2026-11-23');

it('keeps the sums equal to the rows, and the reservations within the limit, whatever happens', () => {
  const limit = 1000n;
  const step = fc.record({
    id: fc.integer({ min: 0, max: 12 }).map((number) => `r${number}`),
    what: fc.constantFrom('reserve', 'settle', 'recover', 'progress', 'batch'),
    amount: fc.bigInt({ min: 0n, max: 400n }),
    own: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const row = tenant({ daily_limit: limit, requests_at_once: 100n });
      const state = stateOf(row);
      const opened = new Set<string>();
      for (const { id, what, amount, own } of steps) {
        if (what === 'reserve') {
          if (opened.has(id)) continue;
          const before = day(state);
          const [outcome] = run(state, reserve(id, amount, { payer: own ? 'own' : 'shared' })).outcomes;
          if (outcome?.ok === true) opened.add(id);
          if (outcome?.ok === true && !own) {
            expect((day(state)?.spent ?? 0n) + (day(state)?.reserved ?? 0n)).toBeLessThanOrEqual(limit);
          } else if (outcome?.ok === false)
            expect((before?.spent ?? 0n) + (before?.reserved ?? 0n) + amount).toBeGreaterThan(limit - 1n);
        } else if (what === 'settle') run(state, settle(id, amount));
        else if (what === 'recover') run(state, settle(id, undefined, { state: 'recovered' }));
        else if (what === 'progress')
          run(state, { kind: 'progress', id, tenant: 'alice', floor: amount, usage: NO_USAGE });
        else run(state, { kind: 'await_batch', id, tenant: 'alice', batchId: `b${id}`, leaseUntil: NOW });

        const shared = [...state.rows.values()].filter((one) => one.payer === 'shared');
        const sum = (rows: LedgerRow[], of: (one: LedgerRow) => bigint): bigint =>
          rows.reduce((total, one) => total + of(one), 0n);
        const open = shared.filter((one) => one.state === 'open');
        expect(day(state)?.reserved ?? 0n).toBe(sum(open, (one) => one.reserved));
        expect(day(state)?.spent ?? 0n).toBe(
          sum(
            shared.filter((one) => one.state !== 'open'),
            (one) => one.cost,
          ),
        );
        expect(row.open).toBe(BigInt(open.filter((one) => one.gated === 1n).length));
      }
    }),
    { numRuns: 300 },
  );
});

it('settles a request once, and corrects one that was closed by its floor', () => {
  const state = stateOf(tenant());
  run(state, reserve('r', 100n));
  run(state, settle('r', undefined, { state: 'lapsed' }));
  expect(day(state)).toMatchObject({ spent: 50n, reserved: 0n });
  const late = run(state, settle('r', 30n));
  expect(day(state)).toMatchObject({ spent: 30n, reserved: 0n });
  // One request stays one request.
  expect([...late.rollups.values()]).toMatchObject([{ requests: 0n, cost: -20n }]);
  run(state, settle('r', 999n), settle('r', undefined, { state: 'recovered' }));
  expect(day(state)?.spent).toBe(30n);
});

it('books on the day on which the request began, though it ends on the next', () => {
  const state = stateOf(tenant({ daily_limit: 1000n }));
  const late = Date.parse('2026-11-23T23:59:59Z');
  run(state, reserve('r', 100n, { at: late }));
  run(state, settle('r', 80n, { at: late + 5000 }));
  expect(day(state)).toMatchObject({ spent: 80n, reserved: 0n });
  expect(state.periods.get('alice 2026-11-24')?.spent ?? 0n).toBe(0n);
});

it('tells each threshold once in a period', () => {
  const state = stateOf(tenant({ daily_limit: 100n, monthly_limit: 100_000n }));
  const told = (...operations: Operation[]): bigint[] =>
    run(state, ...operations).notices.map((notice) => notice.percent);
  expect(told(reserve('a', 79n), settle('a', 79n))).toEqual([]);
  expect(told(reserve('b', 1n), settle('b', 1n))).toEqual([80n]);
  expect(told(reserve('c', 1n), settle('c', 1n))).toEqual([]);
  expect(told(reserve('d', 50n))).toEqual([100n]);
  expect(told(reserve('e', 50n), reserve('f', 1n), settle('f', 30n))).toEqual([]);
});

it('does not call a limit reached because others are still running', () => {
  const state = stateOf(tenant({ daily_limit: 100n }));
  const plan = run(state, reserve('a', 90n), reserve('b', 90n));
  expect(plan.outcomes[1]).toMatchObject({ ok: false, refusal: { kind: 'spend', reserved: 90n, spent: 0n } });
  expect(plan.notices).toEqual([]);
});

it('refuses a key that was revoked or has expired since it was read', () => {
  const state = stateOf(tenant());
  const keys = new Map([
    ['revoked', { expires_at: null, revoked_at: 1n }],
    ['expired', { expires_at: BigInt(NOW), revoked_at: null }],
    ['valid', { expires_at: BigInt(NOW + 1), revoked_at: null }],
  ]);
  const outcomes = run(
    { ...state, keys },
    ...['revoked', 'expired', 'valid', 'deleted'].map((keyId) => reserve(keyId, 1n, { keyId })),
  ).outcomes;
  expect(outcomes.map((outcome) => outcome.ok)).toEqual([false, false, true, false]);
});

it('counts a minute by the clock', () => {
  const state = stateOf(tenant({ requests_per_minute: 2n }));
  const at = (id: string, time: string) =>
    run(state, reserve(id, 1n, { at: Date.parse(time) })).outcomes[0]?.ok;
  expect(at('a', '2026-11-23T12:00:00Z')).toBe(true);
  expect(at('b', '2026-11-23T12:00:59Z')).toBe(true);
  expect(at('c', '2026-11-23T12:00:59Z')).toBe(false);
  expect(at('d', '2026-11-23T12:01:00Z')).toBe(true);
});
