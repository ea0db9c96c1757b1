import { sql, type Transaction } from 'kysely';
import type { Database, PeriodRow, Tables } from '../database/schema.ts';
import type { Calendar } from '../quota/calendar.ts';
import { keysOf, periodsOf, rowsOf, tenantsOf } from './batch-needs.ts';
import { ROLLUP_COLUMNS, ROLLUP_KEY, SETTLED_COLUMNS } from './columns.ts';
import type { Operation } from './operations.ts';
import { type BatchPlan, periodKey, planBatch } from './plan-batch.ts';

/** The same batch on PostgreSQL: the tenants' rows are locked first and in order, which covers all that hangs on them. */
export const applyOnPostgres = (
  deps: { db: Database; calendar: Calendar; proxy: string },
  operations: readonly Operation[],
): Promise<BatchPlan> =>
  deps.db.transaction().execute(async (trx) => {
    const tenantRows = await trx
      .selectFrom('tenants')
      .selectAll()
      .where('name', 'in', tenantsOf(operations))
      .orderBy('name')
      .forUpdate()
      .execute();
    const tenants = new Map(tenantRows.map((row) => [row.name, row]));
    const keyIds = keysOf(operations);
    const keyRows =
      keyIds.length === 0
        ? []
        : await trx
            .selectFrom('keys')
            .select(['id', 'expires_at', 'revoked_at'])
            .where('id', 'in', keyIds)
            .execute();
    const rowIds = rowsOf(operations);
    const rowRows =
      rowIds.length === 0
        ? []
        : await trx
            .selectFrom('ledger')
            .selectAll()
            .where('tenant', 'in', [...new Set(rowIds.map(([tenant]) => tenant))])
            .where(
              'id',
              'in',
              rowIds.map(([, id]) => id),
            )
            .execute();
    const rows = new Map(rowRows.map((row) => [row.id, row]));
    const periods = await readPeriods(trx, periodsOf(operations, tenants, rows, deps.calendar));
    const keys = new Map(keyRows.map((row) => [row.id, row]));
    const plan = planBatch(operations, { tenants, keys, rows, periods }, deps.calendar, deps.proxy);
    await write(trx, plan);
    return plan;
  });

const readPeriods = async (
  trx: Transaction<Tables>,
  wanted: [string, string][],
): Promise<Map<string, PeriodRow>> => {
  if (wanted.length === 0) return new Map();
  const rows = await trx
    .selectFrom('periods')
    .selectAll()
    .where('tenant', 'in', [...new Set(wanted.map(([tenant]) => tenant))])
    .where('period', 'in', [...new Set(wanted.map(([, period]) => period))])
    .execute();
  return new Map(rows.map((row) => [periodKey(row.tenant, row.period), row]));
};

const write = async (trx: Transaction<Tables>, plan: BatchPlan): Promise<void> => {
  const rows = [...plan.inserts, ...plan.updates];
  if (rows.length > 0) {
    await trx
      .insertInto('ledger')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'id']).doUpdateSet((eb) => ({
          ...Object.fromEntries(SETTLED_COLUMNS.map((name) => [name, eb.ref(`excluded.${name}`)])),
        })),
      )
      .execute();
  }
  for (const row of plan.tenants) {
    await trx
      .updateTable('tenants')
      .set({
        open: row.open,
        minute: row.minute,
        minute_count: row.minute_count,
        last_notice: row.last_notice,
      })
      .where('name', '=', row.name)
      .execute();
  }
  if (plan.periods.size > 0) {
    await trx
      .insertInto('periods')
      .values([...plan.periods])
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'period']).doUpdateSet((eb) => ({
          spent: eb.ref('excluded.spent'),
          reserved: eb.ref('excluded.reserved'),
          told: eb.ref('excluded.told'),
        })),
      )
      .execute();
  }
  if (plan.rollups.size > 0) {
    await trx
      .insertInto('rollups')
      .values([...plan.rollups.values()])
      .onConflict((conflict) =>
        conflict
          .columns([...ROLLUP_KEY])
          .doUpdateSet(
            Object.fromEntries(
              ROLLUP_COLUMNS.map((name) => [
                name,
                sql<bigint>`${sql.ref(`rollups.${name}`)} + ${sql.ref(`excluded.${name}`)}`,
              ]),
            ),
          ),
      )
      .execute();
  }
  if (plan.notices.length > 0) await trx.insertInto('notices').values(plan.notices).execute();
};
