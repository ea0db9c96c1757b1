import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { Autonomy } from '@matrix-os/contracts';
import { addressRanges, hasCredentials, secret, xdgStatePath } from '@matrix-os/kit';
import { z } from 'zod';

const path = z
  .string()
  .transform((value) => resolve(value.startsWith('~/') ? join(homedir(), value.slice(2)) : value));

// It goes into a header; one that can't is named by whoever refuses it, value and all.
const headerText = z.string().regex(/^[\x21-\x7e]*$/, 'copy it once more: it has spaces or line breaks');

/** Everything the gateway reads from its environment; `docs/reference/config.md` is made from it. */
export const gatewayConfig = z.object({
  MATRIX_HOME: path.default(() => join(homedir(), 'matrixos')).describe('The home. Default: `~/matrixos`.'),
  MATRIX_STATE: path
    .optional()
    .describe(
      'Secrets, logins and sessions, kept out of the home. Default: `$XDG_STATE_HOME/matrix-os`, else `~/.local/state/matrix-os`.',
    ),
  XDG_STATE_HOME: path.optional().describe('Where `MATRIX_STATE` goes when it is not set.'),
  MATRIX_AUTH_TOKEN: secret(
    headerText
      .min(16, 'use at least 16 characters')
      .optional()
      .describe('The bearer token of programs. Default: one is made in `MATRIX_STATE/auth-token`.'),
  ),
  ANTHROPIC_API_KEY: secret(
    headerText.optional().describe('Key of the model endpoint. It can be set in the settings instead.'),
  ),
  ANTHROPIC_BASE_URL: z
    .url()
    .refine((url) => !hasCredentials(url), 'leave user and password out of it')
    .optional()
    .describe('An Anthropic-compatible endpoint instead of Anthropic.'),
  MATRIX_MODEL: z.string().optional().describe('The model. Default: what the engine prefers.'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000).describe('Where the gateway listens.'),
  MATRIX_BIND: z
    .string()
    .default('127.0.0.1')
    .describe('The address to listen on. `0.0.0.0` in a container.'),
  MATRIX_HOSTS: z
    .string()
    .default('')
    .transform((value) =>
      value
        .split(',')
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== ''),
    )
    .describe(
      'Further host names people reach this OS by, with commas between; `*.example.org` covers subdomains.',
    ),
  MATRIX_TRUSTED_PROXIES: addressRanges.describe(
    'Reverse proxies in front of the desktop or the gateway, as addresses and networks with commas between (`127.0.0.1,172.16.0.0/12`): only their `X-Forwarded-For` and `X-Forwarded-Proto` are believed.',
  ),
  MATRIX_AUTONOMY: z
    .enum(Autonomy.options)
    .default('ask')
    .describe(
      '`ask`: commands, the network and changes to the system wait for your yes. `free`: within its wall the kernel acts without asking; it needs Landlock, bubblewrap or a container.',
    ),
  MATRIX_ENGINE_PATH: path
    .optional()
    .describe('The Claude Code binary. Default: the one that the Agent SDK brought.'),
  MATRIX_ENGINE_REGISTRY: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Where the engine did not come along, the pinned version is fetched from this registry of npm packages into `MATRIX_STATE` and checked. Default: what npm is set to.',
    ),
  MATRIX_TEMPLATE: path.optional().describe('The `home/` folder of the release, for a first boot.'),
  MATRIX_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('How much is logged, as JSON lines on standard error.'),
  MATRIX_SUPERVISED: z
    .enum(['0', '1'])
    .optional()
    .describe('`1`: end when standard input ends, as `matrix up` sets it for the services it starts.'),
  MATRIX_CLOSED_PATHS: z
    .string()
    .default('')
    .transform((value) => value.split(delimiter).filter((path) => path !== ''))
    .describe('Files and folders that secrets came from: closed to every turn. `matrix up` sets it.'),
  MATRIX_COMMIT: z.string().optional().describe('The commit this build was made from, for `/health`.'),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;

export const statePathOf = (config: GatewayConfig): string =>
  config.MATRIX_STATE ?? xdgStatePath('matrix-os', config.XDG_STATE_HOME);
