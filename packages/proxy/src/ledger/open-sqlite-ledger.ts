import { randomBytes } from 'node:crypto';
import type { Logger } from '@matrix-os/kit';
import type { SqliteStore } from '../database/open-sqlite.ts';
import type { Calendar } from '../quota/calendar.ts';
import { createSqliteApply } from './apply-sqlite.ts';
import { createDiskSync } from './disk-sync.ts';
import type { Operation } from './operations.ts';
import type { BatchPlan } from './plan-batch.ts';
import { createRedoLog, readRedoLog } from './redo-log.ts';
import { readRecord, writeRecord } from './redo-record.ts';
import { createSqliteRows } from './sqlite-rows.ts';

export interface SqliteLedger {
  /** Committed when it returns: `kill -9` does not take it back. The caller holds the turnstile. */
  apply(operations: readonly Operation[]): BatchPlan;
  /** As `apply`, but does nothing and answers undefined when anything would be refused. */
  applyUnlessRefused(operations: readonly Operation[]): BatchPlan | undefined;
  /** Resolves when all that was committed is on the disk. */
  synced(): Promise<void>;
  close(): Promise<void>;
}

/** How long the database may be behind the log. Whoever asks it sees everything, whenever that is. */
const BEHIND_MS = 25;
const SEED = 'redo_seed';
const POSITION = 'redo_position';

/** Does again what the log has and the database has not, and goes on from there. */
export const openSqliteLedger = async (deps: {
  sqlite: SqliteStore;
  calendar: Calendar;
  proxy: string;
  logger: Logger;
}): Promise<SqliteLedger> => {
  const { sqlite, calendar, proxy, logger } = deps;
  const { path, database, db, turnstile, writes } = sqlite;
  const onError = (error: Error): void =>
    logger.error({ err: error }, 'the ledger could not be brought to the disk');
  const rows = createSqliteRows(database, db);
  const book = createSqliteApply({ rows, calendar, proxy, writes });

  const settings = await db
    .selectFrom('settings')
    .selectAll()
    .where('name', 'in', [SEED, POSITION])
    .execute();
  const numberOf = (name: string): number => Number(settings.find((row) => row.name === name)?.value ?? 0);
  const before = numberOf(POSITION);
  const records = readRedoLog(path, numberOf(SEED), before);
  for (const record of records) book.apply(readRecord(record), () => {});
  if (records.length > 0)
    logger.info({ records: records.length }, 'read again what the database had not seen yet');
  const position = before + records.length;
  const seed = randomBytes(4).readUInt32LE();
  book.catchUp(() => {
    rows.putSetting(POSITION, String(position));
    rows.putSetting(SEED, String(seed));
  });
  const walDisk = createDiskSync(`${path}-wal`, onError);
  walDisk.written();
  // Only now may the log be written over.
  await walDisk.settled();
  const log = createRedoLog({ path, seed, position, onError });

  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const catchUp = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!book.isAhead) return;
    const reached = log.position;
    book.catchUp(() => rows.putSetting(POSITION, String(reached)));
    walDisk.written();
    if (log.wantsRoom) void walDisk.settled().then((ok) => ok && log.retire(reached));
  };
  const catchUpLater = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      // Held by somebody else, who was brought up to date before: nothing is ahead.
      if (!turnstile.tryEnter()) return;
      try {
        catchUp();
      } catch (error) {
        logger.error({ err: error }, 'the database could not be written; the log has everything');
        catchUpLater();
      } finally {
        turnstile.leave();
      }
    }, BEHIND_MS);
  };
  sqlite.onAccess(catchUp);

  const append = (decided: readonly Operation[]): void => {
    if (closed) throw new Error('the ledger is closed');
    log.append(writeRecord(decided));
    catchUpLater();
  };

  return {
    apply: (operations) => book.apply(operations, append),
    applyUnlessRefused: (operations) => book.applyUnlessRefused(operations, append),
    synced: log.synced,
    async close() {
      closed = true;
      catchUp();
      await walDisk.close();
      await log.close();
    },
  };
};
