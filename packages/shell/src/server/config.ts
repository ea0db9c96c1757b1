import { addressRanges } from '@matrix-os/kit';
import { z } from 'zod';

/** Everything the shell's server reads from its environment. */
export const shellConfig = z.object({
  SHELL_PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('Port of the desktop'),
  MATRIX_BIND: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 inside a container'),
  MATRIX_GATEWAY_URL: z
    .url({ protocol: /^http$/ })
    .default('http://127.0.0.1:4000')
    .describe('Where the gateway listens'),
  MATRIX_TRUSTED_PROXIES: addressRanges.describe(
    'Reverse proxies in front of the desktop, as addresses and networks: only what they say of whom they forward for is passed on',
  ),
  MATRIX_SHELL_PAGES: z
    .string()
    .optional()
    .describe('Folder of the exported desktop; found beside the code when left out'),
  MATRIX_SUPERVISED: z
    .enum(['0', '1'])
    .optional()
    .describe('Set by `matrix up`: standard input ends with the supervisor, and so does this process.'),
  MATRIX_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe log line to write'),
});
export type ShellConfig = z.infer<typeof shellConfig>;
