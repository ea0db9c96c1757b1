import type { Kysely, Selectable } from 'kysely';

/** Every whole number is a bigint on both engines: money must not pass through a float. Times are milliseconds since 1970. */
export interface Tables {
  tenants: TenantsTable;
  keys: KeysTable;
  ledger: LedgerTable;
  periods: PeriodsTable;
  rollups: RollupsTable;
  notices: NoticesTable;
  audit: AuditTable;
  settings: { name: string; value: string };
  reconciliations: ReconciliationsTable;
}

export type Database = Kysely<Tables>;

interface TenantsTable {
  name: string;
  /** IANA; what `day` and `month` mean for this tenant. */
  time_zone: string;
  daily_limit: bigint | null;
  monthly_limit: bigint | null;
  /** 0: over the limit is told, not refused. */
  hard: bigint;
  requests_per_minute: bigint | null;
  requests_at_once: bigint | null;
  /** Reservations of the shared account that are under way now. */
  open: bigint;
  minute: bigint;
  minute_count: bigint;
  last_notice: string | null;
  created_at: bigint;
}

interface KeysTable {
  id: string;
  tenant: string;
  /** SHA-256 of the key, hex. The key itself is nowhere. */
  hash: string;
  /** The last four characters. */
  hint: string;
  label: string;
  created_at: bigint;
  expires_at: bigint | null;
  revoked_at: bigint | null;
}

/** `open`: upstream may be working on it. `recovered`, `lapsed`: closed by the floor of what was relayed. */
export type LedgerState = 'open' | 'settled' | 'recovered' | 'lapsed';
export type Payer = 'shared' | 'own';

interface LedgerTable {
  id: string;
  tenant: string;
  key_id: string | null;
  session: string | null;
  user_label: string | null;
  endpoint: string;
  model: string;
  payer: string;
  state: string;
  /** Comma-separated: `unknown_model`, `estimated`, `client_left`, `upstream_broke`, `error_event`. */
  flags: string;
  started_at: bigint;
  settled_at: bigint | null;
  day: string;
  month: string;
  reserved: bigint;
  /** Covers everything relayed so far, committed before it is relayed. */
  floor: bigint;
  cost: bigint;
  input_tokens: bigint;
  cache_read_tokens: bigint;
  cache_write_5m_tokens: bigint;
  cache_write_1h_tokens: bigint;
  output_tokens: bigint;
  web_searches: bigint;
  status: bigint | null;
  upstream_id: string | null;
  batch_id: string | null;
  /** 1 while it counts against `requests_at_once`. */
  gated: bigint;
  /** Which proxy holds it. */
  proxy: string;
  lease_until: bigint;
}

interface PeriodsTable {
  tenant: string;
  /** `2026-11-23` or `2026-11`, in the tenant's time zone. */
  period: string;
  spent: bigint;
  reserved: bigint;
  /** The highest share of the limit in percent that was told: 0, 80 or 100. */
  told: bigint;
}

interface RollupsTable {
  tenant: string;
  day: string;
  model: string;
  payer: string;
  requests: bigint;
  cost: bigint;
  input_tokens: bigint;
  cache_read_tokens: bigint;
  cache_write_5m_tokens: bigint;
  cache_write_1h_tokens: bigint;
  output_tokens: bigint;
  web_searches: bigint;
}

interface NoticesTable {
  id: string;
  tenant: string;
  at: bigint;
  period: string;
  percent: bigint;
  message: string;
}

interface AuditTable {
  id: string;
  at: bigint;
  actor: string;
  action: string;
  target: string;
  detail: string;
}

interface ReconciliationsTable {
  /** UTC. */
  day: string;
  provider: bigint;
  ledger: bigint;
  /** JSON: per model, the provider's tokens and the ledger's. */
  detail: string;
  at: bigint;
}

export type TenantRow = Selectable<TenantsTable>;
export type KeyRow = Selectable<KeysTable>;
export type LedgerRow = Selectable<LedgerTable>;
export type PeriodRow = Selectable<PeriodsTable>;
export type RollupRow = Selectable<RollupsTable>;
export type NoticeRow = Selectable<NoticesTable>;
