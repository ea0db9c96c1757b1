import type { LedgerRow, TenantRow } from '../database/schema.ts';
import type { Calendar } from '../quota/calendar.ts';
import type { Operation } from './operations.ts';

/** What has to be read before a batch can be decided. Sorted, so that every proxy locks in one order. */
export const tenantsOf = (operations: readonly Operation[]): string[] =>
  [...new Set(operations.map((operation) => operation.tenant))].sort();

export const keysOf = (operations: readonly Operation[]): string[] => [
  ...new Set(
    operations.flatMap((operation) => (operation.kind === 'reserve' ? (operation.keyId ?? []) : [])),
  ),
];

/** `[tenant, id]` of rows that must be there already; a row that this very batch opens is found in memory. */
export const rowsOf = (operations: readonly Operation[]): [string, string][] => {
  const found = new Map<string, [string, string]>();
  for (const operation of operations) {
    if (operation.kind === 'reserve' && operation.unlimited !== true) continue;
    found.set(operation.id, [operation.tenant, operation.id]);
  }
  return [...found.values()];
};

/** `[tenant, period]` of every day and month that the batch can touch. */
export const periodsOf = (
  operations: readonly Operation[],
  tenants: ReadonlyMap<string, TenantRow>,
  rows: ReadonlyMap<string, LedgerRow>,
  calendar: Calendar,
): [string, string][] => {
  const found = new Map<string, [string, string]>();
  const add = (tenant: string, ...periods: string[]): void => {
    for (const period of periods) found.set(`${tenant} ${period}`, [tenant, period]);
  };
  for (const operation of operations) {
    if (operation.kind !== 'reserve' && operation.kind !== 'settle') continue;
    const tenant = tenants.get(operation.tenant);
    if (tenant !== undefined) {
      const local = calendar.at(tenant.time_zone, operation.at);
      add(tenant.name, local.day, local.month);
    }
    const row = rows.get(operation.id);
    if (row !== undefined) add(row.tenant, row.day, row.month);
  }
  return [...found.values()];
};
