import type { ProxyUsageRow } from '@matrix-os/contracts';

const COLUMNS = [
  'requests',
  'inputTokens',
  'cacheReadTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'outputTokens',
  'webSearches',
  'costUsd',
] as const satisfies (keyof ProxyUsageRow)[];

/** RFC 4180. */
export const usageRowsToCsv = (by: string, rows: readonly ProxyUsageRow[]): string =>
  [
    ['user', by, 'payer', ...COLUMNS],
    ...rows.map((row) => [row.user, row.key, row.payer, ...COLUMNS.map((name) => String(row[name]))]),
  ]
    .map((cells) => `${cells.map(cell).join(',')}\r\n`)
    .join('');

/** Labels come from tenants: a spreadsheet must not take one for a formula. */
const cell = (text: string): string => {
  const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
