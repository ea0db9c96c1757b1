import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type {
  Database,
  KeyRow,
  LedgerRow,
  NoticeRow,
  PeriodRow,
  RollupRow,
  TenantRow,
} from '../database/schema.ts';
import { LEDGER_COLUMNS, ROLLUP_COLUMNS, ROLLUP_KEY, SETTLED_COLUMNS } from './columns.ts';

export type KeyState = Pick<KeyRow, 'expires_at' | 'revoked_at'>;

/** The ledger's rows in SQLite, by prepared statements: Kysely writes each query once, nothing makes a promise. */
export interface SqliteRows {
  tenant(name: string): TenantRow | undefined;
  key(id: string): KeyState | undefined;
  row(tenant: string, id: string): LedgerRow | undefined;
  period(tenant: string, period: string): PeriodRow | undefined;
  insert(row: LedgerRow): void;
  update(row: LedgerRow): void;
  updateTenant(row: TenantRow): void;
  putPeriod(row: PeriodRow): void;
  addRollup(row: RollupRow): void;
  insertNotice(row: NoticeRow): void;
  putSetting(name: string, value: string): void;
  /** All of `change` or nothing of it. */
  transaction(change: () => void): void;
}

export const createSqliteRows = (database: DatabaseSync, db: Database): SqliteRows => {
  const prepare = (query: { compile(): { sql: string } }): StatementSync => {
    const statement = database.prepare(query.compile().sql);
    statement.setReadBigInts(true);
    return statement;
  };
  // Values stand for parameters here: only the text is kept.
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
  const begin = sqlOf('begin immediate');
  const commit = sqlOf('commit');
  const rollback = sqlOf('rollback');
  const insertRow = sqlOf(
    `insert into ledger (${LEDGER_COLUMNS.join(', ')}) values (${question(LEDGER_COLUMNS)})`,
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
  const upsertSetting = sqlOf(
    'insert into settings (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
  );

  return {
    tenant: (name) => selectTenant.get(name) as TenantRow | undefined,
    key: (id) => selectKey.get(id) as KeyState | undefined,
    row: (tenant, id) => selectRow.get(tenant, id) as LedgerRow | undefined,
    period: (tenant, period) => selectPeriod.get(tenant, period) as PeriodRow | undefined,
    insert: (row) => void insertRow.run(...LEDGER_COLUMNS.map((name) => row[name])),
    update: (row) => void updateRow.run(...SETTLED_COLUMNS.map((name) => row[name]), row.tenant, row.id),
    updateTenant: (row) =>
      void updateTenant.run(row.open, row.minute, row.minute_count, row.last_notice, row.name),
    putPeriod: (row) => void upsertPeriod.run(row.tenant, row.period, row.spent, row.reserved, row.told),
    addRollup: (row) =>
      void upsertRollup.run(...[...ROLLUP_KEY, ...ROLLUP_COLUMNS].map((name): SQLInputValue => row[name])),
    insertNotice: (row) =>
      void insertNotice.run(row.id, row.tenant, row.at, row.period, row.percent, row.message),
    putSetting: (name, value) => void upsertSetting.run(name, value),
    transaction(change) {
      begin.run();
      try {
        change();
        commit.run();
      } catch (error) {
        if (database.isTransaction) rollback.run();
        throw error;
      }
    },
  };
};
