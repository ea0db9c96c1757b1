import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Database } from './schema.ts';

/** On SQLite a table is its key's index: half the pages to write per commit. PostgreSQL has no such thing. */
type TableEnd = ReturnType<typeof sql>;

/** One list for both engines; never edit an entry that was released, add one. */
const migrationsFor = (end: TableEnd): Record<string, Migration> => ({
  '0001-ledger': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('tenants')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('time_zone', 'text', (column) => column.notNull())
        .addColumn('daily_limit', 'bigint')
        .addColumn('monthly_limit', 'bigint')
        .addColumn('hard', 'bigint', (column) => column.notNull().defaultTo(1))
        .addColumn('requests_per_minute', 'bigint')
        .addColumn('requests_at_once', 'bigint')
        .addColumn('open', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('minute', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('minute_count', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('last_notice', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .modifyEnd(end)
        .execute();
      await db.schema
        .createTable('keys')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('tenant', 'text', (column) => column.notNull().references('tenants.name'))
        .addColumn('hash', 'text', (column) => column.notNull().unique())
        .addColumn('hint', 'text', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint')
        .addColumn('revoked_at', 'bigint')
        .execute();
      await db.schema
        .createTable('ledger')
        .addColumn('tenant', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('key_id', 'text')
        .addColumn('session', 'text')
        .addColumn('user_label', 'text')
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('payer', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('flags', 'text', (column) => column.notNull())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('settled_at', 'bigint')
        .addColumn('day', 'text', (column) => column.notNull())
        .addColumn('month', 'text', (column) => column.notNull())
        .addColumn('reserved', 'bigint', (column) => column.notNull())
        .addColumn('floor', 'bigint', (column) => column.notNull())
        .addColumn('cost', 'bigint', (column) => column.notNull())
        .addColumn('input_tokens', 'bigint', (column) => column.notNull())
        .addColumn('cache_read_tokens', 'bigint', (column) => column.notNull())
        .addColumn('cache_write_5m_tokens', 'bigint', (column) => column.notNull())
        .addColumn('cache_write_1h_tokens', 'bigint', (column) => column.notNull())
        .addColumn('output_tokens', 'bigint', (column) => column.notNull())
        .addColumn('web_searches', 'bigint', (column) => column.notNull())
        .addColumn('status', 'bigint')
        .addColumn('upstream_id', 'text')
        .addColumn('batch_id', 'text')
        .addColumn('gated', 'bigint', (column) => column.notNull())
        .addColumn('proxy', 'text', (column) => column.notNull())
        .addColumn('lease_until', 'bigint', (column) => column.notNull())
        // Ids begin with their time, so this is also the index by tenant and time.
        .addPrimaryKeyConstraint('ledger_key', ['tenant', 'id'])
        .modifyEnd(end)
        .execute();
      // Partial: an index costs the hot path only for rows that are found by it.
      await sql`create index ledger_open on ledger (lease_until) where state = 'open'`.execute(db);
      await sql`create index ledger_batch on ledger (batch_id) where batch_id is not null`.execute(db);
      await db.schema
        .createTable('periods')
        .addColumn('tenant', 'text', (column) => column.notNull())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('spent', 'bigint', (column) => column.notNull())
        .addColumn('reserved', 'bigint', (column) => column.notNull())
        .addColumn('told', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('periods_key', ['tenant', 'period'])
        .modifyEnd(end)
        .execute();
      await db.schema
        .createTable('rollups')
        .addColumn('tenant', 'text', (column) => column.notNull())
        .addColumn('day', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('payer', 'text', (column) => column.notNull())
        .addColumn('requests', 'bigint', (column) => column.notNull())
        .addColumn('cost', 'bigint', (column) => column.notNull())
        .addColumn('input_tokens', 'bigint', (column) => column.notNull())
        .addColumn('cache_read_tokens', 'bigint', (column) => column.notNull())
        .addColumn('cache_write_5m_tokens', 'bigint', (column) => column.notNull())
        .addColumn('cache_write_1h_tokens', 'bigint', (column) => column.notNull())
        .addColumn('output_tokens', 'bigint', (column) => column.notNull())
        .addColumn('web_searches', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('rollups_key', ['tenant', 'day', 'model', 'payer'])
        .modifyEnd(end)
        .execute();
      await db.schema
        .createTable('notices')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('tenant', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('percent', 'bigint', (column) => column.notNull())
        .addColumn('message', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('audit')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('actor', 'text', (column) => column.notNull())
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('target', 'text', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('settings')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('reconciliations')
        .addColumn('day', 'text', (column) => column.primaryKey())
        .addColumn('provider', 'bigint', (column) => column.notNull())
        .addColumn('ledger', 'bigint', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
});

/** Idempotent; safe when several proxies start at once. */
export const migrate = async (db: Database, engine: 'sqlite' | 'postgres'): Promise<void> => {
  const migrations = migrationsFor(engine === 'sqlite' ? sql`without rowid` : sql``);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
};
