import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Database, KeyRow, LedgerRow, PeriodRow, TenantRow } from '../database/schema.ts';
import type { Calendar } from '../quota/calendar.ts';
import { keysOf, periodsOf, rowsOf, tenantsOf } from './batch-needs.ts';
import { LEDGER_COLUMNS, ROLLUP_COLUMNS, ROLLUP_KEY, SETTLED_COLUMNS } from './columns.ts';
import type { Operation } from './operations.ts';
import { type BatchPlan, periodKey, planBatch } from './plan-batch.ts';

export interface SqliteApply {
  /** One transaction, done when it returns. The caller holds the turnstile. */
  apply(operations: readonly Operation[]): BatchPlan;
}

/** The hot path on SQLite: Kysely writes each statement once, Node's SQLite runs it prepared and without a promise. */
export const createSqliteApply = (deps: {
  database: DatabaseSync;
  db: Database;
  calendar: Calendar;
  proxy: string;
}): SqliteApply => {
  const { database, db, calendar, proxy } = deps;
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
  const selectRow = prepare(db.selectFrom('ledger').selectAll().where('id', '=', ''));
  const selectPeriod = prepare(
    db.selectFrom('periods').selectAll().where('tenant', '=', '').where('period', '=', ''),
  );
  const question = (columns: readonly string[]): string => columns.map(() => '?').join(', ');
  const sqlOf = (text: string): StatementSync => database.prepare(text);
  const insertRow = sqlOf(
    `insert into ledger (${LEDGER_COLUMNS.join(', ')}) values (${question(LEDGER_COLUMNS)})`,
  );
  const updateRow = sqlOf(
    `update ledger set ${SETTLED_COLUMNS.map((name) => `${name} = ?`).join(', ')} where id = ?`,
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

  const run = (operations: readonly Operation[]): BatchPlan => {
    const tenants = new Map<string, TenantRow>();
    for (const name of tenantsOf(operations)) {
      const row = selectTenant.get(name) as TenantRow | undefined;
      if (row !== undefined) tenants.set(name, row);
    }
    const keys = new Map<string, Pick<KeyRow, 'expires_at' | 'revoked_at'>>();
    for (const id of keysOf(operations)) {
      const row = selectKey.get(id) as Pick<KeyRow, 'expires_at' | 'revoked_at'> | undefined;
      if (row !== undefined) keys.set(id, row);
    }
    const rows = new Map<string, LedgerRow>();
    for (const id of rowsOf(operations)) {
      const row = selectRow.get(id) as LedgerRow | undefined;
      if (row !== undefined) rows.set(id, row);
    }
    const periods = new Map<string, PeriodRow>();
    for (const [tenant, period] of periodsOf(operations, tenants, rows, calendar)) {
      const row = selectPeriod.get(tenant, period) as PeriodRow | undefined;
      if (row !== undefined) periods.set(periodKey(tenant, period), row);
    }
    const plan = planBatch(operations, { tenants, keys, rows, periods }, calendar, proxy);
    for (const row of plan.inserts) insertRow.run(...LEDGER_COLUMNS.map((name) => row[name]));
    for (const row of plan.updates) updateRow.run(...SETTLED_COLUMNS.map((name) => row[name]), row.id);
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
        return plan;
      } catch (error) {
        rollback.run();
        throw error;
      }
    },
  };
};
