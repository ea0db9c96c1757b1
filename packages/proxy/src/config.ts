import { hostname } from 'node:os';
import { hasCredentials, secret, xdgStatePath } from '@matrix-os/kit';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
// They go into headers; one that can't is named by whoever refuses it, value and all.
const headerText = z.string().regex(/^[\x21-\x7e]*$/, 'copy it once more: it has spaces or line breaks');
const keys = z
  .string()
  .transform((text) =>
    text
      .split(/[,\n]/)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .pipe(z.array(headerText));
const flag = z
  .enum(['0', '1', 'false', 'true', 'no', 'yes'])
  .transform((text) => text === '1' || text === 'true' || text === 'yes');
const httpUrl = z
  .url({
    protocol: /^https?$/,
    error: 'write a whole URL, such as https://api.anthropic.com',
  })
  .refine((url) => !hasCredentials(url), 'leave user and password out of it');

/** Everything the proxy reads from its environment. */
export const proxyConfig = z.object({
  PROXY_PORT: port.default(8080).describe('Port to listen on; 0 takes a free one.'),
  PROXY_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on. Set 0.0.0.0 to serve other machines or containers.'),
  PROXY_ADMIN_TOKEN: secret(
    z
      .string({
        error: 'set a secret of at least 16 characters: it opens the operator page and the admin API',
      })
      .min(16, 'use at least 16 characters, for example from: openssl rand -hex 24')
      .describe('Opens the operator page and every admin route. At least 16 characters.'),
  ),
  ANTHROPIC_API_KEY: secret(
    keys
      .default([])
      .describe(
        'The shared Anthropic key; several, separated by commas or lines, are spread over the tenants. Without one only tenants with a key of their own are served.',
      ),
  ),
  ANTHROPIC_ADMIN_KEY: secret(
    headerText
      .optional()
      .describe(
        "Anthropic admin key. With it, the ledger is compared every day with the provider's cost report.",
      ),
  ),
  PROXY_UPSTREAM_URL: httpUrl
    .default('https://api.anthropic.com')
    .describe('Where requests go: the Anthropic API, or anything that speaks it.'),
  DATABASE_URL: secret(
    z
      .url({ protocol: /^(postgres|postgresql|file|sqlite)$/, error: 'write postgres://… or sqlite:/path' })
      .optional()
      .describe('postgres://… for several proxies at once. Default: an SQLite file in MATRIX_STATE.'),
  ),
  MATRIX_STATE: z
    .string()
    .default(() => xdgStatePath('matrix-os', undefined))
    .describe(
      'Directory for what must survive a restart: the proxy keeps `proxy.db` and its log, `proxy.db.redo-*`, there. Default: `~/.local/state/matrix-os`.',
    ),
  PROXY_TRUST_USER_HEADER: flag
    .default(false)
    .describe('On a private network only: x-matrix-user alone identifies a tenant, without a key. 1 or 0.'),
  PROXY_PRICES_FILE: z
    .string()
    .optional()
    .describe('JSON file with prices that replace or extend the published ones, model by model.'),
  PROXY_INSTANCE: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,80}$/, 'use letters, digits, dots, hyphens and underscores')
    .default(
      () =>
        hostname()
          .replace(/[^A-Za-z0-9._-]/g, '-')
          .slice(0, 80) || 'proxy',
    )
    .describe(
      'Name of this proxy among several on one database; must stay the same over its restarts. Default: the host name.',
    ),
  // Such an address is often all that whoever takes the call asks for.
  PROXY_WEBHOOK_URL: secret(
    httpUrl
      .optional()
      .describe('Gets a POST with {"tenant","percent","message"} once per tenant, period and threshold.'),
  ),
  PROXY_METRICS_TENANTS: flag
    .default(false)
    .describe('1: /metrics names tenants in its labels. Off, so that a scrape tells nothing about people.'),
  PROXY_DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .max(3600)
    .default(30)
    .describe(
      'How long a stopping proxy lets answers finish, and how long it reads on for a client that left.',
    ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('How much is logged, as JSON lines on standard error.'),
});
export type ProxyConfig = z.infer<typeof proxyConfig>;
