import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '@matrix-os/kit';
import { Kysely } from 'kysely';
import type { Database } from './schema.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import { createTurnstile, type Turnstile } from './turnstile.ts';

export interface SqliteStore {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly db: Database;
  readonly turnstile: Turnstile;
  /** Grows with every change that went through Kysely and not through the ledger's own statements. */
  writes(): number;
  /** What has to be done before anybody but the ledger reads or writes. */
  onAccess(listener: () => void): void;
  close(): Promise<void>;
}

/**
 * Opens the file for this process alone; the lock goes with the process, however it ends.
 *
 * @throws AppError `conflict` when another proxy has it open
 */
export const openSqlite = async (path: string): Promise<SqliteStore> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(`${path}.lock`);
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (cause) {
    lock.close();
    throw new AppError(
      'conflict',
      `Another proxy uses ${path}. Stop it first, or give several proxies one PostgreSQL through DATABASE_URL.`,
      { cause },
    );
  }
  const database = new DatabaseSync(path);
  // Exclusive: the file is ours alone, so no commit needs a lock or shared memory.
  // `normal`: what is committed here stands in the ledger's log as well until `open-ledger.ts` has synced it.
  database.exec(
    'pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000; pragma wal_autocheckpoint = 8000; pragma cache_size = -32000',
  );
  const turnstile = createTurnstile();
  let writes = 0;
  let beforeAccess = (): void => {};
  const dialect = createSqliteDialect(database, turnstile, {
    onEnter: () => beforeAccess(),
    onWrite: () => {
      writes++;
    },
  });
  const db: Database = new Kysely({ dialect });
  return {
    path,
    writes: () => writes,
    onAccess(listener) {
      beforeAccess = listener;
    },
    database,
    db,
    turnstile,
    async close() {
      await db.destroy();
      database.close();
      lock.close();
    },
  };
};
