import type { ProxyKey, ProxyNotice, ProxyTotals } from '@matrix-os/contracts';
import type { KeyRow, NoticeRow, RollupRow } from '../database/schema.ts';
import { formatNano } from '../money/nano.ts';

export const timestamp = (at: bigint): string => new Date(Number(at)).toISOString();

const timestampOrNull = (at: bigint | null): string | null => (at === null ? null : timestamp(at));

export const keyToJson = (row: KeyRow): ProxyKey => ({
  id: row.id,
  tenant: row.tenant,
  hint: row.hint,
  label: row.label,
  createdAt: timestamp(row.created_at),
  expiresAt: timestampOrNull(row.expires_at),
  revokedAt: timestampOrNull(row.revoked_at),
});

export const noticeToJson = (row: NoticeRow): ProxyNotice => ({
  id: row.id,
  user: row.tenant,
  at: timestamp(row.at),
  period: row.period,
  percent: row.percent === 100n ? 100 : 80,
  message: row.message,
});

/** The counted columns that rollups and sums over the ledger share. */
export type Amounts = Omit<RollupRow, 'tenant' | 'day' | 'model' | 'payer'>;

export const NO_AMOUNTS: Amounts = {
  requests: 0n,
  cost: 0n,
  input_tokens: 0n,
  cache_read_tokens: 0n,
  cache_write_5m_tokens: 0n,
  cache_write_1h_tokens: 0n,
  output_tokens: 0n,
  web_searches: 0n,
};

export const addAmounts = (a: Amounts, b: Amounts): Amounts => ({
  requests: a.requests + b.requests,
  cost: a.cost + b.cost,
  input_tokens: a.input_tokens + b.input_tokens,
  cache_read_tokens: a.cache_read_tokens + b.cache_read_tokens,
  cache_write_5m_tokens: a.cache_write_5m_tokens + b.cache_write_5m_tokens,
  cache_write_1h_tokens: a.cache_write_1h_tokens + b.cache_write_1h_tokens,
  output_tokens: a.output_tokens + b.output_tokens,
  web_searches: a.web_searches + b.web_searches,
});

export const totalsToJson = (amounts: Amounts): ProxyTotals => ({
  requests: Number(amounts.requests),
  inputTokens: Number(amounts.input_tokens),
  cacheReadTokens: Number(amounts.cache_read_tokens),
  cacheWrite5mTokens: Number(amounts.cache_write_5m_tokens),
  cacheWrite1hTokens: Number(amounts.cache_write_1h_tokens),
  outputTokens: Number(amounts.output_tokens),
  webSearches: Number(amounts.web_searches),
  costUsd: formatNano(amounts.cost),
});
