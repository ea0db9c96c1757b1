import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@matrix-os/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore, type Store } from '../database/open-store.ts';
import { createCalendar } from '../quota/calendar.ts';
import { NO_USAGE } from '../usage/token-usage.ts';
import { createSqliteApply } from './apply-sqlite.ts';
import type { Reserve, Settle } from './operations.ts';
import type { SqliteRows } from './sqlite-rows.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
let folder: string;
const open: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'matrix-ledger-'));
});
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  rmSync(folder, { recursive: true });
});

const start = async (name: string): Promise<Store> => {
  const store = await openStore({
    databaseUrl: undefined,
    statePath: join(folder, name),
    proxy: 'test',
    logger: createLogger({ name: 'test', level: 'silent' }),
    onCommitted: () => {},
  });
  open.push(store);
  return store;
};

const tenant = {
  name: 'alice',
  time_zone: 'UTC',
  daily_limit: 1_000n,
  monthly_limit: null,
  hard: 1n,
  requests_per_minute: null,
  requests_at_once: 5n,
  open: 0n,
  minute: 0n,
  minute_count: 0n,
  last_notice: null,
  created_at: 0n,
};

const reserve = (id: string, reserved: bigint): Reserve => ({
  kind: 'reserve',
  id,
  tenant: 'alice',
  keyId: undefined,
  at: NOW,
  session: undefined,
  userLabel: 'grüße 🙂',
  endpoint: 'messages',
  model: 'm',
  payer: 'shared',
  reserved,
  floor: reserved / 2n,
  flags: [],
  leaseUntil: NOW,
});

const settle = (id: string, cost: bigint): Settle => ({
  kind: 'settle',
  id,
  tenant: 'alice',
  at: NOW,
  state: 'settled',
  bill: [{ model: 'm', usage: { ...NO_USAGE, output: 7 }, cost }],
  flags: [],
  status: 200,
  upstreamId: undefined,
});

/** What a process that is killed at this very moment leaves behind. */
const copy = (from: string, to: string, wanted: (file: string) => boolean = () => true): void => {
  mkdirSync(join(folder, to));
  for (const file of readdirSync(join(folder, from)).filter(wanted)) {
    copyFileSync(join(folder, from, file), join(folder, to, file));
  }
};

const look = async ({ db }: Store) => ({
  rows: await db.selectFrom('ledger').select(['id', 'state', 'cost', 'user_label']).orderBy('id').execute(),
  day: await db
    .selectFrom('periods')
    .select(['spent', 'reserved'])
    .where('period', '=', '2026-11-27')
    .executeTakeFirst(),
  notices: await db.selectFrom('notices').select(['id', 'percent']).execute(),
  open: (await db.selectFrom('tenants').select('open').executeTakeFirst())?.open,
});

it('has after a kill -9 what was decided before the database saw it, once', async () => {
  const first = await start('first');
  await first.db.insertInto('tenants').values(tenant).execute();
  // Nothing below lets the loop turn, so the database has had no time to follow.
  void first.commits.submit(reserve('req_000000000001', 600n), 'now');
  void first.commits.submit(settle('req_000000000001', 850n), 'now');
  void first.commits.submit(reserve('req_000000000002', 100n), 'now');
  copy('first', 'killed');
  copy('first', 'without-the-log', (file) => !file.includes('redo'));

  const without = await start('without-the-log');
  expect((await look(without)).rows).toEqual([]);
  const again = await start('killed');
  const found = await look(again);
  expect(found).toEqual({
    rows: [
      { id: 'req_000000000001', state: 'settled', cost: 850n, user_label: 'grüße 🙂' },
      { id: 'req_000000000002', state: 'open', cost: 0n, user_label: 'grüße 🙂' },
    ],
    day: { spent: 850n, reserved: 100n },
    notices: [{ id: expect.stringMatching(/^ntc_/), percent: 80n }],
    open: 1n,
  });
  // The same as where nothing was killed, to the notice that the owner may have seen already.
  expect(await look(first)).toEqual(found);

  // A third start finds the log as the second left it, and does none of it again.
  void again.commits.submit(settle('req_000000000002', 1n), 'now');
  copy('killed', 'killed-again');
  expect((await look(await start('killed-again'))).day).toEqual({ spent: 851n, reserved: 0n });
});

it('decides nothing when it can not be written down', () => {
  const row = { ...tenant };
  const unexpected = (): never => {
    throw new Error('not asked in this test');
  };
  const rows = {
    tenant: () => row,
    period: () => undefined,
    transaction: unexpected,
  } as Partial<SqliteRows> as SqliteRows;
  const book = createSqliteApply({ rows, calendar: createCalendar(), proxy: 'test', writes: () => 0 });
  const full = (): never => {
    throw new Error('no space left on device');
  };
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(() => book.apply([reserve('req_000000000001', 900n)], full)).toThrow('no space left');
  }
  expect(book.isAhead).toBe(false);
  const [outcome] = book.apply([reserve('req_000000000002', 900n)], () => {}).outcomes;
  expect(outcome?.ok).toBe(true);
  const [second] = book.apply([reserve('req_000000000003', 900n)], () => {}).outcomes;
  expect(second?.ok).toBe(false);
});
