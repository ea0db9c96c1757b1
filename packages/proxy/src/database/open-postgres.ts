import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database } from './schema.ts';

const INT8 = 20;
const INT4 = 23;
const NUMERIC = 1700;

export interface PostgresStore {
  readonly db: Database;
  close(): Promise<void>;
}

/** Whole numbers come as bigints, sums included. `onError` hears of connections that break while idle. */
export const openPostgres = (url: string, onError: (error: Error) => void): PostgresStore => {
  const types = new pg.TypeOverrides();
  for (const type of [INT8, INT4, NUMERIC]) types.setTypeParser(type, (text) => BigInt(text));
  const pool = new pg.Pool({ connectionString: url, max: 8, types, connectionTimeoutMillis: 10_000 });
  pool.on('error', onError);
  const db: Database = new Kysely({ dialect: new PostgresDialect({ pool }) });
  return { db, close: () => db.destroy() };
};
