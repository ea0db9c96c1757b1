import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AppError } from '@matrix-os/kit';

type Sqlite = typeof import('node:sqlite');

/**
 * Node's own SQLite without its "experimental feature" warning, which would be the first thing that a newcomer reads.
 * Only that one warning is held back, and only while the module loads.
 */
const loadSqlite = (): Sqlite => {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
};

export interface Database {
  readonly sql: DatabaseSync;
  /** One transaction; nested calls join the outer one. */
  write<T>(work: () => T): T;
  /** As `write`, and on the disk when it returns, whatever happens to the power. */
  writeDurably<T>(work: () => T): T;
  /** Runs when the transaction is committed, at once outside of one, never if it is rolled back. */
  afterCommit(work: () => void): void;
  close(): void;
}

// A process that is just dying may still hold the file; one that lives holds it for good.
const BUSY_TIMEOUT_MS = 3000;

const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;

/**
 * Opens the file and brings it to the newest schema. `migrations` only ever grows: its length is the version.
 * The file is locked for as long as it is open: two kernels on one state would take each other's turns for dead.
 * WAL with `synchronous=NORMAL` survives the death of the process at any moment; `writeDurably` survives the power's too.
 */
export const openDatabase = (path: string, migrations: readonly string[]): Database => {
  const { DatabaseSync } = loadSqlite();
  const sql = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  // Its own journal takes the mode over.
  if (path !== ':memory:') chmodSync(path, 0o600);
  try {
    sql.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; COMMIT');
  } catch (error) {
    sql.close();
    if (!isBusy(error)) throw error;
    throw new AppError(
      'conflict',
      `Another Matrix OS already runs on ${dirname(path)}. Stop it, or give this one another MATRIX_STATE.`,
      { cause: error },
    );
  }
  sql.exec('PRAGMA secure_delete = ON; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
  let committed: (() => void)[] = [];
  const write = <T>(work: () => T): T => {
    if (sql.isTransaction) return work();
    sql.exec('BEGIN IMMEDIATE');
    let result: T;
    try {
      result = work();
      sql.exec('COMMIT');
    } catch (error) {
      committed = [];
      if (sql.isTransaction) sql.exec('ROLLBACK');
      throw error;
    }
    const waiting = committed;
    committed = [];
    for (const tell of waiting) tell();
    return result;
  };
  write(() => {
    const row = sql.prepare('PRAGMA user_version').get();
    const version = Number(row?.user_version ?? 0);
    for (const migration of migrations.slice(version)) sql.exec(migration);
    if (version < migrations.length) sql.exec(`PRAGMA user_version = ${migrations.length}`);
  });
  return {
    sql,
    write,
    writeDurably(work) {
      if (sql.isTransaction) return work();
      sql.exec('PRAGMA synchronous = FULL');
      try {
        return write(work);
      } finally {
        sql.exec('PRAGMA synchronous = NORMAL');
      }
    },
    afterCommit(work) {
      if (sql.isTransaction) committed.push(work);
      else work();
    },
    close() {
      if (sql.isOpen) sql.close();
    },
  };
};
