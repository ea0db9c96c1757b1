import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@matrix-os/kit';
import { applyOnPostgres } from '../ledger/apply-postgres.ts';
import { createSqliteApply } from '../ledger/apply-sqlite.ts';
import { createDiskSync } from '../ledger/disk-sync.ts';
import { createGroupCommit, type GroupCommit } from '../ledger/group-commit.ts';
import type { BatchPlan } from '../ledger/plan-batch.ts';
import { createCalendar } from '../quota/calendar.ts';
import { migrate } from './migrations.ts';
import { openPostgres } from './open-postgres.ts';
import { openSqlite } from './open-sqlite.ts';
import type { Database } from './schema.ts';

/** One of the two engines, migrated, with the ledger's way of committing. */
export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  readonly db: Database;
  readonly commits: GroupCommit;
  /** Resolves when all that was committed is on the disk. */
  synced(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** `postgres://…`, `sqlite:/path`, or undefined for the file in `statePath`. */
  readonly databaseUrl: string | undefined;
  readonly statePath: string;
  readonly proxy: string;
  readonly logger: Logger;
  onCommitted(plan: BatchPlan, operations: number, milliseconds: number): void;
}

export const openStore = async (options: StoreOptions): Promise<Store> => {
  const { databaseUrl, statePath, proxy, logger, onCommitted } = options;
  const calendar = createCalendar();
  if (databaseUrl?.startsWith('postgres') === true) {
    const { db, close } = openPostgres(databaseUrl, (error) =>
      logger.warn({ err: error }, 'a database connection broke'),
    );
    await migrate(db, 'postgres');
    const commits = createGroupCommit({
      apply: (operations) => applyOnPostgres({ db, calendar, proxy }, operations),
      turnstile: undefined,
      onCommitted,
    });
    return { engine: 'postgres', db, commits, synced: async () => {}, close };
  }
  const path = databaseUrl === undefined ? join(statePath, 'proxy.db') : pathOf(databaseUrl);
  const { database, db, turnstile, writes, close } = await openSqlite(path);
  await migrate(db, 'sqlite');
  const { apply } = createSqliteApply({ database, db, calendar, proxy, writes });
  const disk = createDiskSync(`${path}-wal`, (error) =>
    logger.error({ err: error }, 'the ledger could not be brought to the disk'),
  );
  const commits = createGroupCommit({
    apply: (operations) => {
      const plan = apply(operations);
      disk.written();
      return plan;
    },
    turnstile,
    onCommitted,
  });
  return {
    engine: 'sqlite',
    db,
    commits,
    synced: disk.settled,
    async close() {
      await disk.close();
      await close();
    },
  };
};

const pathOf = (url: string): string =>
  url.startsWith('file:') ? fileURLToPath(url) : decodeURIComponent(url.replace(/^sqlite:(\/\/)?/, ''));
