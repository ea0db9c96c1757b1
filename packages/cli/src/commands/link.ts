import type { Command } from '../command.ts';
import type { CliConfig } from '../config.ts';
import { createGatewayClient } from '../gateway-client.ts';

/** The code is in the fragment, which no browser sends, so no log of any server on the way has it. */
export const loginLink = (config: CliConfig, code: string): string =>
  `http://${config.MATRIX_LINK_HOST}:${config.SHELL_PORT}/login#code=${code}`;

export const linkCommand: Command = {
  name: 'link',
  usage: 'link',
  summary: 'print a new link to sign in with; it works once',
  async run(_args, { config, out }) {
    const { code } = await createGatewayClient(config).createLoginCode();
    out(loginLink(config, code));
    return 0;
  },
};
