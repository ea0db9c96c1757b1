import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@matrix-os/kit';
import { applyOnPostgres } from '../ledger/apply-postgres.ts';
import { createGroupCommit, type GroupCommit } from '../ledger/group-commit.ts';
import { openSqliteLedger } from '../ledger/open-sqlite-ledger.ts';
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
  const sqlite = await openSqlite(path);
  await migrate(sqlite.db, 'sqlite');
  const ledger = await openSqliteLedger({ sqlite, calendar, proxy, logger });
  return {
    engine: 'sqlite',
    db: sqlite.db,
    commits: createGroupCommit({
      apply: ledger.apply,
      applyUnlessRefused: ledger.applyUnlessRefused,
      turnstile: sqlite.turnstile,
      onCommitted,
    }),
    synced: ledger.synced,
    async close() {
      await ledger.close();
      await sqlite.close();
    },
  };
};

const pathOf = (url: string): string =>
  url.startsWith('file:') ? fileURLToPath(url) : decodeURIComponent(url.replace(/^sqlite:(\/\/)?/, ''));
