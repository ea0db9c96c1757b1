import { secret, secretNames, xdgStatePath } from '@matrix-os/kit';
import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);

/** What the command line needs to find and to start an OS; the services read the rest themselves. */
export const cliConfig = z.object({
  PORT: port(4000).describe('The port of the gateway.'),
  SHELL_PORT: port(3000).describe('The port of the desktop.'),
  MATRIX_STATE: z
    .string()
    .optional()
    .describe('The folder for secrets, sessions and logs. Default: `~/.local/state/matrix-os`.'),
  XDG_STATE_HOME: z.string().optional().describe('Where `MATRIX_STATE` lies when it is not set.'),
  MATRIX_AUTH_TOKEN: secret(
    z.string().optional().describe('The bearer token of programs. Made on first start.'),
  ),
  MATRIX_COMMAND: z
    .string()
    .default('matrix')
    .describe('How this command is called here, for what it tells people to type.'),
  MATRIX_LINK_HOST: z
    .string()
    .default('localhost')
    .describe('The host name in the link that is printed, when the desktop is reached by another.'),
});
/** What `matrix up` reads besides, in the gateway's place: a descriptor or a pipe gives what it has only once. */
export const engineConfig = z.object({ ANTHROPIC_API_KEY: secret(z.string().optional()) });

/** Handed to the gateway by descriptors, at each of its starts. */
export const GATEWAY_SECRETS = [...secretNames(cliConfig), ...secretNames(engineConfig)];

export type CliConfig = z.infer<typeof cliConfig>;

export const statePathOf = (config: CliConfig): string =>
  config.MATRIX_STATE ?? xdgStatePath('matrix-os', config.XDG_STATE_HOME);
