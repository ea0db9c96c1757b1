import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Database, KeyRow, LedgerRow, PeriodRow, TenantRow } from '../database/schema.ts';
import type { Calendar } from '../quota/calendar.ts';
import {
  isAsOpened,
  LEDGER_COLUMNS,
  OPEN_COLUMNS,
  OPEN_ZEROS,
  ROLLUP_COLUMNS,
  ROLLUP_KEY,
  SETTLED_COLUMNS,
} from './columns.ts';
import type { Operation } from './operations.ts';
import { type BatchPlan, periodKey, planBatch } from './plan-batch.ts';

export interface SqliteApply {
  /** One transaction, done when it returns. The caller holds the turnstile. */
  apply(operations: readonly Operation[]): BatchPlan;
}

const MOST_KNOWN = 20_000;

/** The hot path on SQLite: Kysely writes each statement once, Node's SQLite runs it prepared and without a promise. */
export const createSqliteApply = (deps: {
  database: DatabaseSync;
  db: Database;
  calendar: Calendar;
  proxy: string;
  /** Grows when someone else changed the database. */
  writes(): number;
}): SqliteApply => {
  const { database, db, calendar, proxy, writes } = deps;
  const prepare = (query: { compile(): { sql: string } }): StatementSync => {
    const statement = database.prepare(query.compile().sql);
    statement.setReadBigInts(true);
    return statement;
  };
  // Values stand for parameters here: only the text is kept.
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const rollback = database.prepare('rollback');
  const selectTenant = prepare(db.selectFrom('tenants').selectAll().where('name', '=', ''));
  const selectKey = prepare(db.selectFrom('keys').select(['expires_at', 'revoked_at']).where('id', '=', ''));
  const selectRow = prepare(
    db.selectFrom('ledger').selectAll().where('tenant', '=', '').where('id', '=', ''),
  );
  const selectPeriod = prepare(
    db.selectFrom('periods').selectAll().where('tenant', '=', '').where('period', '=', ''),
  );
  const question = (columns: readonly string[]): string => columns.map(() => '?').join(', ');
  const sqlOf = (text: string): StatementSync => database.prepare(text);
  const insertRow = sqlOf(
    `insert into ledger (${LEDGER_COLUMNS.join(', ')}) values (${question(LEDGER_COLUMNS)})`,
  );
  /** Every request's way: half the values to bind. */
  const insertOpenRow = sqlOf(
    `insert into ledger (${OPEN_COLUMNS.join(', ')}, ${OPEN_ZEROS.join(', ')}, state) values (${question(OPEN_COLUMNS)}, ${OPEN_ZEROS.map(() => '0').join(', ')}, 'open')`,
  );
  const updateRow = sqlOf(
    `update ledger set ${SETTLED_COLUMNS.map((name) => `${name} = ?`).join(', ')} where tenant = ? and id = ?`,
  );
  const updateTenant = sqlOf(
    'update tenants set open = ?, minute = ?, minute_count = ?, last_notice = ? where name = ?',
  );
  const upsertPeriod = sqlOf(
    'insert into periods (tenant, period, spent, reserved, told) values (?, ?, ?, ?, ?) on conflict (tenant, period) do update set spent = excluded.spent, reserved = excluded.reserved, told = excluded.told',
  );
  const upsertRollup = sqlOf(
    `insert into rollups (${[...ROLLUP_KEY, ...ROLLUP_COLUMNS].join(', ')}) values (${question([...ROLLUP_KEY, ...ROLLUP_COLUMNS])}) on conflict (${ROLLUP_KEY.join(', ')}) do update set ${ROLLUP_COLUMNS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`,
  );
  const insertNotice = sqlOf(
    'insert into notices (id, tenant, at, period, percent, message) values (?, ?, ?, ?, ?, ?)',
  );

  // The file is this process's alone, so what was read or written once is what is there, until Kysely writes.
  const known = {
    tenants: new Map<string, TenantRow>(),
    keys: new Map<string, Pick<KeyRow, 'expires_at' | 'revoked_at'>>(),
    rows: new Map<string, LedgerRow>(),
    periods: new Map<string, PeriodRow>(),
  };
  let knownAt = writes();
  const forget = (): void => {
    for (const rows of Object.values(known)) rows.clear();
    knownAt = writes();
  };

  const recallPeriod = (tenant: string, period: string): void => {
    const key = periodKey(tenant, period);
    if (known.periods.has(key)) return;
    const row = selectPeriod.get(tenant, period) as PeriodRow | undefined;
    if (row !== undefined) known.periods.set(key, row);
  };

  /** Reads what the batch needs and isn't known yet: as `batch-needs.ts`, but nobody else locks, so in any order. */
  const recall = (operations: readonly Operation[]): void => {
    if (knownAt !== writes() || known.rows.size > MOST_KNOWN || known.periods.size > MOST_KNOWN) forget();
    for (const operation of operations) {
      const { tenant, id } = operation;
      if (!known.tenants.has(tenant)) {
        const row = selectTenant.get(tenant) as TenantRow | undefined;
        if (row !== undefined) known.tenants.set(tenant, row);
      }
      const reserves = operation.kind === 'reserve';
      if (reserves && operation.keyId !== undefined && !known.keys.has(operation.keyId)) {
        const row = selectKey.get(operation.keyId) as Pick<KeyRow, 'expires_at' | 'revoked_at'> | undefined;
        if (row !== undefined) known.keys.set(operation.keyId, row);
      }
      // A row that this very batch opens is in memory when its turn comes.
      if ((!reserves || operation.unlimited === true) && !known.rows.has(id)) {
        const row = selectRow.get(tenant, id) as LedgerRow | undefined;
        if (row !== undefined) known.rows.set(id, row);
      }
      if (!reserves && operation.kind !== 'settle') continue;
      const zone = known.tenants.get(tenant)?.time_zone;
      if (zone !== undefined) {
        const local = calendar.at(zone, operation.at);
        recallPeriod(tenant, local.day);
        recallPeriod(tenant, local.month);
      }
      const row = known.rows.get(id);
      if (row !== undefined) {
        recallPeriod(row.tenant, row.day);
        recallPeriod(row.tenant, row.month);
      }
    }
  };

  const run = (operations: readonly Operation[]): BatchPlan => {
    recall(operations);
    const plan = planBatch(operations, known, calendar, proxy);
    for (const row of plan.inserts) {
      if (isAsOpened(row)) insertOpenRow.run(...OPEN_COLUMNS.map((name) => row[name]));
      else insertRow.run(...LEDGER_COLUMNS.map((name) => row[name]));
    }
    for (const row of plan.updates)
      updateRow.run(...SETTLED_COLUMNS.map((name) => row[name]), row.tenant, row.id);
    for (const row of plan.tenants) {
      updateTenant.run(row.open, row.minute, row.minute_count, row.last_notice, row.name);
    }
    for (const row of plan.periods) {
      upsertPeriod.run(row.tenant, row.period, row.spent, row.reserved, row.told);
    }
    for (const row of plan.rollups.values()) {
      upsertRollup.run(...[...ROLLUP_KEY, ...ROLLUP_COLUMNS].map((name): SQLInputValue => row[name]));
    }
    for (const row of plan.notices) {
      insertNotice.run(row.id, row.tenant, row.at, row.period, row.percent, row.message);
    }
    return plan;
  };

  return {
    apply(operations) {
      begin.run();
      try {
        const plan = run(operations);
        commit.run();
        for (const row of plan.inserts) if (row.state !== 'open') known.rows.delete(row.id);
        for (const row of plan.updates) if (row.state !== 'open') known.rows.delete(row.id);
        return plan;
      } catch (error) {
        // The plan has changed what is known; the database has not changed.
        forget();
        if (database.isTransaction) rollback.run();
        throw error;
      }
    },
  };
};
