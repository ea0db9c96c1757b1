import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Turnstile } from './turnstile.ts';

export interface AccessHooks {
  onEnter(): void;
  onWrite(): void;
}

/**
 * Kysely over Node's own SQLite. The ledger's hot path uses the same connection with prepared statements, so everyone
 * passes the turnstile: a transaction that awaits between its statements can't be entered by another. `onEnter` is called
 * before anything is asked, `onWrite` after every statement that is not a question.
 */
export const createSqliteDialect = (
  database: DatabaseSync,
  turnstile: Turnstile,
  { onEnter, onWrite }: AccessHooks,
): Dialect => ({
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => createDriver(database, turnstile, { onEnter, onWrite }),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

const createDriver = (
  database: DatabaseSync,
  turnstile: Turnstile,
  { onEnter, onWrite }: AccessHooks,
): Driver => {
  const connection: DatabaseConnection = {
    executeQuery: async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      const values = parameters as readonly SQLInputValue[];
      if (statement.columns().length > 0) return { rows: statement.all(...values) as R[] };
      const { changes } = statement.run(...values);
      onWrite();
      return { rows: [], numAffectedRows: BigInt(changes) };
    },
    streamQuery: () => {
      throw new Error('streaming is not supported: the answers here are small');
    },
  };
  const run = async (statement: string): Promise<void> => {
    await connection.executeQuery(CompiledQuery.raw(statement));
  };
  return {
    init: async () => {},
    acquireConnection: async () => {
      await turnstile.enter();
      try {
        onEnter();
      } catch (error) {
        turnstile.leave();
        throw error;
      }
      return connection;
    },
    beginTransaction: () => run('begin immediate'),
    commitTransaction: () => run('commit'),
    rollbackTransaction: () => run('rollback'),
    releaseConnection: async () => turnstile.leave(),
    destroy: async () => {},
  };
};
