import type { LedgerRow, NoticeRow, PeriodRow, RollupRow, TenantRow } from '../database/schema.ts';
import type { Calendar } from '../quota/calendar.ts';
import { addAmounts } from './columns.ts';
import { createDraft } from './draft.ts';
import type { Operation } from './operations.ts';
import { type BatchPlan, periodKey, planBatch } from './plan-batch.ts';
import type { KeyState, SqliteRows } from './sqlite-rows.ts';

export interface SqliteApply {
  /**
   * Decides a batch in memory. `log` writes it down; when that throws, nothing was decided. The caller holds the turnstile.
   */
  apply(operations: readonly Operation[], log: (operations: readonly Operation[]) => void): BatchPlan;
  /** As `apply`, but decides nothing and answers undefined when anything would be refused. */
  applyUnlessRefused(
    operations: readonly Operation[],
    log: (operations: readonly Operation[]) => void,
  ): BatchPlan | undefined;
  /** Something was decided that the database does not have. */
  readonly isAhead: boolean;
  /** Brings the database up to what was decided, in one transaction with `alongside`. */
  catchUp(alongside: () => void): void;
}

/** Above it what is known is forgotten, once the database has it. */
const MOST_KNOWN = 20_000;
/** A database that can't be written for so long will not be by itself. */
const MOST_AHEAD = 100_000;

/**
 * The ledger on SQLite: rows are changed in memory and written down in a log that can be read again; the database follows
 * within moments, many changes in one transaction. The file is this process's alone, so what is known is what is there.
 */
export const createSqliteApply = (deps: {
  rows: SqliteRows;
  calendar: Calendar;
  proxy: string;
  /** Grows when someone else changed the database, which happens only while nothing is ahead of it. */
  writes(): number;
}): SqliteApply => {
  const { rows, calendar, proxy, writes } = deps;
  const known = {
    tenants: new Map<string, TenantRow>(),
    keys: new Map<string, KeyState>(),
    rows: new Map<string, LedgerRow>(),
    periods: new Map<string, PeriodRow>(),
  };
  const createAhead = () => ({
    /** Of `known`, by id: true for those that the database has never seen. */
    rows: new Map<string, boolean>(),
    tenants: new Set<string>(),
    periods: new Set<string>(),
    /** Amounts to add. */
    rollups: new Map<string, RollupRow>(),
    notices: [] as NoticeRow[],
  });
  let ahead = createAhead();
  let isAhead = false;
  let knownAt = writes();

  /** Reads a row that isn't known yet. */
  const recallRow = <Row>(map: Map<string, Row>, key: string, read: () => Row | undefined): void => {
    if (map.has(key)) return;
    const row = read();
    if (row !== undefined) map.set(key, row);
  };
  const recallPeriods = (tenant: string, { day, month }: { day: string; month: string }): void => {
    for (const period of [day, month]) {
      recallRow(known.periods, periodKey(tenant, period), () => rows.period(tenant, period));
    }
  };

  /** Reads what the batch needs: as `batch-needs.ts`, but nobody else locks, so in any order. */
  const recall = (operations: readonly Operation[]): void => {
    const isLarge = known.rows.size > MOST_KNOWN || known.periods.size > MOST_KNOWN;
    if (!isAhead && (isLarge || knownAt !== writes())) {
      for (const map of Object.values(known)) map.clear();
      knownAt = writes();
    }
    for (const operation of operations) {
      const { tenant, id } = operation;
      recallRow(known.tenants, tenant, () => rows.tenant(tenant));
      const reserves = operation.kind === 'reserve';
      const keyId = reserves ? operation.keyId : undefined;
      if (keyId !== undefined) recallRow(known.keys, keyId, () => rows.key(keyId));
      // A row that this very batch opens is in memory when its turn comes.
      if (!reserves || operation.unlimited === true) recallRow(known.rows, id, () => rows.row(tenant, id));
      if (!reserves && operation.kind !== 'settle') continue;
      const zone = known.tenants.get(tenant)?.time_zone;
      if (zone !== undefined) recallPeriods(tenant, calendar.at(zone, operation.at));
      const row = known.rows.get(id);
      if (row !== undefined) recallPeriods(row.tenant, row);
    }
  };

  const note = (plan: BatchPlan): void => {
    isAhead = true;
    for (const row of plan.inserts) ahead.rows.set(row.id, true);
    for (const row of plan.updates) if (!ahead.rows.has(row.id)) ahead.rows.set(row.id, false);
    for (const row of plan.tenants) ahead.tenants.add(row.name);
    for (const row of plan.periods) ahead.periods.add(periodKey(row.tenant, row.period));
    for (const [key, row] of plan.rollups) {
      const sum = ahead.rollups.get(key);
      if (sum === undefined) ahead.rollups.set(key, row);
      else addAmounts(sum, row);
    }
    ahead.notices.push(...plan.notices);
  };

  const decide = (
    operations: readonly Operation[],
    log: (operations: readonly Operation[]) => void,
    isWanted: (plan: BatchPlan) => boolean,
  ): BatchPlan | undefined => {
    if (ahead.rows.size > MOST_AHEAD) throw new Error('the database has not been written for too long');
    recall(operations);
    const draft = {
      tenants: createDraft(known.tenants),
      rows: createDraft(known.rows),
      periods: createDraft(known.periods),
    };
    const plan = planBatch(operations, { ...draft, keys: known.keys }, calendar, proxy);
    if (!isWanted(plan)) return undefined;
    log(operations);
    for (const one of Object.values(draft)) one.keep();
    note(plan);
    return plan;
  };

  return {
    apply: (operations, log) => decide(operations, log, () => true) as BatchPlan,
    applyUnlessRefused: (operations, log) =>
      decide(operations, log, ({ outcomes }) => outcomes.every(({ ok }) => ok)),
    get isAhead() {
      return isAhead;
    },
    catchUp(alongside) {
      rows.transaction(() => {
        for (const [id, isNew] of ahead.rows) {
          const row = known.rows.get(id);
          if (row !== undefined) isNew ? rows.insert(row) : rows.update(row);
        }
        for (const name of ahead.tenants) {
          const row = known.tenants.get(name);
          if (row !== undefined) rows.updateTenant(row);
        }
        for (const key of ahead.periods) {
          const row = known.periods.get(key);
          if (row !== undefined) rows.putPeriod(row);
        }
        for (const row of ahead.rollups.values()) rows.addRollup(row);
        for (const row of ahead.notices) rows.insertNotice(row);
        alongside();
      });
      // Nobody asks for a row that is closed, but for corrections, which read it again.
      for (const id of ahead.rows.keys()) if (known.rows.get(id)?.state !== 'open') known.rows.delete(id);
      ahead = createAhead();
      isAhead = false;
    },
  };
};
