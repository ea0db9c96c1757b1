import * as z from 'zod/mini';
import { OsHandle, Timestamp } from './names.ts';

/** Exact US dollars with nine decimals: `"0.012825000"`. Money is never a JSON number on the way out. */
export const ExactUsd = z.string().check(z.regex(/^-?\d+\.\d{9}$/));

const UsdInput = z.union([
  z.number().check(z.nonnegative(), z.maximum(1_000_000_000)),
  z.string().check(z.regex(/^\d{1,10}(\.\d{1,9})?$/, 'write dollars such as "5" or "2.50"')),
]);

/** `POST /keys` → 201 `ProxyKeyCreated`. A tenant is one OS; it is made when it is new. */
export const ProxyKeyRequest = z.strictObject({
  tenant: OsHandle,
  label: z._default(z.string().check(z.trim(), z.maxLength(80)), ''),
  expiresAt: z.optional(Timestamp),
});
export type ProxyKeyRequest = z.input<typeof ProxyKeyRequest>;

export const ProxyKey = z.object({
  id: z.string(),
  tenant: z.string(),
  /** The last four characters, to recognize it by. */
  hint: z.string(),
  label: z.string(),
  createdAt: Timestamp,
  expiresAt: z.nullable(Timestamp),
  revokedAt: z.nullable(Timestamp),
});
export type ProxyKey = z.infer<typeof ProxyKey>;

/** The only time that the key itself is told. */
export const ProxyKeyCreated = z.extend(ProxyKey, { key: z.string() });
export type ProxyKeyCreated = z.infer<typeof ProxyKeyCreated>;

/** `POST /keys/:id/rotate` → 201: a new key; the old one holds for `overlapSeconds` more. */
export const ProxyKeyRotation = z.strictObject({
  overlapSeconds: z._default(z.int().check(z.minimum(0), z.maximum(2_592_000)), 86_400),
});

/** `GET /keys?tenant=` */
export const ProxyKeyList = z.object({ keys: z.array(ProxyKey) });

/** `POST /quotas/:user`, or `/quotas/default` for tenants to come. Only what is to change; null takes a limit away. */
export const ProxyQuotaUpdate = z.strictObject({
  dailyLimitUsd: z.optional(z.nullable(UsdInput)),
  monthlyLimitUsd: z.optional(z.nullable(UsdInput)),
  /** IANA name; when the tenant's day and month begin. */
  timeZone: z.optional(z.string().check(z.maxLength(60))),
  /** False: over the limit is told, not refused. */
  hard: z.optional(z.boolean()),
  requestsPerMinute: z.optional(z.nullable(z.int().check(z.positive()))),
  requestsAtOnce: z.optional(z.nullable(z.int().check(z.positive()))),
});
export type ProxyQuotaUpdate = z.infer<typeof ProxyQuotaUpdate>;

export const ProxyTotals = z.object({
  requests: z.int(),
  inputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWrite5mTokens: z.int(),
  cacheWrite1hTokens: z.int(),
  outputTokens: z.int(),
  webSearches: z.int(),
  costUsd: ExactUsd,
});
export type ProxyTotals = z.infer<typeof ProxyTotals>;

const Limit = z.object({
  limitUsd: ExactUsd,
  spentUsd: ExactUsd,
  /** Held for requests that are still running. */
  reservedUsd: ExactUsd,
  leftUsd: ExactUsd,
  resetsAt: Timestamp,
});

export const ProxyLimits = z.object({
  timeZone: z.string(),
  hard: z.boolean(),
  daily: z.nullable(Limit),
  monthly: z.nullable(Limit),
  requestsPerMinute: z.nullable(z.int()),
  requestsAtOnce: z.nullable(z.int()),
});
export type ProxyLimits = z.infer<typeof ProxyLimits>;

/** `own`: paid with the tenant's own Anthropic key; for information. */
export const ProxyModelTotals = z.extend(ProxyTotals, {
  model: z.string(),
  payer: z.enum(['shared', 'own']),
});
export type ProxyModelTotals = z.infer<typeof ProxyModelTotals>;

/** `GET /usage/:user`, with the admin token or the tenant's own key; `/usage/me` with the key. */
export const ProxyUsage = z.object({
  user: z.string(),
  today: ProxyTotals,
  month: ProxyTotals,
  /** This month. */
  byModel: z.array(ProxyModelTotals),
  /** This month, paid with the tenant's own key; not in the figures above. */
  ownKey: ProxyTotals,
  limits: ProxyLimits,
});
export type ProxyUsage = z.infer<typeof ProxyUsage>;

/** `GET /usage/summary` */
export const ProxyUsageSummary = z.object({
  today: ProxyTotals,
  month: ProxyTotals,
  byModel: z.array(ProxyModelTotals),
  users: z.array(z.object({ user: z.string(), today: ProxyTotals, month: ProxyTotals, limits: ProxyLimits })),
});
export type ProxyUsageSummary = z.infer<typeof ProxyUsageSummary>;

/** `GET /usage/:user/:by` and `/usage/summary/:by`, `by` being `day`, `model` or `session`; `?from=&to=` days, `?format=csv`. */
export const ProxyUsageRow = z.extend(ProxyTotals, {
  user: z.string(),
  key: z.string(),
  payer: z.enum(['shared', 'own']),
});
export type ProxyUsageRow = z.infer<typeof ProxyUsageRow>;
export const ProxyUsageRows = z.object({
  by: z.enum(['day', 'model', 'session']),
  rows: z.array(ProxyUsageRow),
});

/** `GET /usage/me/notices?after=`: 80 % and 100 % of a limit, once each; `x-matrix-notice` on an answer names the latest. */
export const ProxyNotice = z.object({
  id: z.string(),
  user: z.string(),
  at: Timestamp,
  period: z.string(),
  percent: z.union([z.literal(80), z.literal(100)]),
  message: z.string(),
});
export type ProxyNotice = z.infer<typeof ProxyNotice>;
export const ProxyNotices = z.object({ notices: z.array(ProxyNotice) });

/** `GET /health` of the proxy. */
export const ProxyHealth = z.object({
  status: z.enum(['ok', 'stopping', 'degraded']),
  version: z.string(),
  database: z.enum(['sqlite', 'postgres']),
});
