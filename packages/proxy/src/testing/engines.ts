import { afterAll, beforeAll } from 'vitest';
import { findPostgres, POSTGRES_MISSING, startPostgres, type TestPostgres } from './postgres.ts';

export interface TestEngine {
  readonly name: 'sqlite' | 'postgres';
  /** What to give as `databaseUrl`; a fresh database on every call. */
  databaseUrl(): Promise<string | undefined>;
}

const binaries = await findPostgres();
if (binaries === undefined) {
  if (process.env.MATRIX_TEST === 'all') throw new Error(POSTGRES_MISSING);
  process.stderr.write(`${POSTGRES_MISSING}\n`);
}

/** Both engines, where both are installed: one suite must pass on each. Call it at the top of a test file. */
export const engines = (): TestEngine[] => {
  const sqlite: TestEngine = { name: 'sqlite', databaseUrl: async () => undefined };
  if (binaries === undefined) return [sqlite];
  let postgres: TestPostgres | undefined;
  beforeAll(async () => {
    postgres = await startPostgres(binaries);
  });
  afterAll(async () => {
    await postgres?.close();
  });
  return [
    sqlite,
    {
      name: 'postgres',
      async databaseUrl() {
        if (postgres === undefined) throw new Error('PostgreSQL was not started');
        return postgres.createDatabase();
      },
    },
  ];
};
