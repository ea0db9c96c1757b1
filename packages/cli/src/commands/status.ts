import type { Command } from '../command.ts';
import { createGatewayClient } from '../gateway-client.ts';

export const statusCommand: Command = {
  name: 'status',
  usage: 'status [--json]',
  summary: 'say whether Matrix OS runs, and since when',
  async run(args, { config, out }) {
    const health = await createGatewayClient(config).health();
    if (args.includes('--json')) out(JSON.stringify(health));
    else {
      out(`Matrix OS ${health.version} is ${health.status}${health.busy ? ', and busy' : ''}.`);
      out(`  started   ${new Date(health.startedAt).toLocaleString()}`);
      out(`  last use  ${new Date(health.lastActivityAt).toLocaleString()} (${health.lastActivityCause})`);
      if (health.nextWakeAt !== null) out(`  next job  ${new Date(health.nextWakeAt).toLocaleString()}`);
    }
    return health.status === 'ok' ? 0 : 1;
  },
};
