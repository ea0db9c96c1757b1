import type { LedgerRow, RollupRow } from '../database/schema.ts';

const IDENTITY = [
  'tenant',
  'key_id',
  'session',
  'user_label',
  'endpoint',
  'payer',
  'started_at',
  'day',
  'month',
  'reserved',
  'proxy',
] as const satisfies (keyof LedgerRow)[];

/** What may change after the row was opened. */
export const SETTLED_COLUMNS = [
  'model',
  'state',
  'flags',
  'settled_at',
  'floor',
  'cost',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'web_searches',
  'status',
  'upstream_id',
  'batch_id',
  'gated',
  'lease_until',
] as const satisfies (keyof LedgerRow)[];

export const LEDGER_COLUMNS = ['id', ...IDENTITY, ...SETTLED_COLUMNS] as const satisfies (keyof LedgerRow)[];

export const ROLLUP_KEY = ['tenant', 'day', 'model', 'payer'] as const satisfies (keyof RollupRow)[];

/** Amounts that are added up. */
export const ROLLUP_COLUMNS = [
  'requests',
  'cost',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'web_searches',
] as const satisfies (keyof RollupRow)[];

export const addAmounts = (sum: RollupRow, row: RollupRow): void => {
  for (const name of ROLLUP_COLUMNS) sum[name] += row[name];
};
