import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from '../command.ts';

export const proxyCommand: Command = {
  name: 'proxy',
  usage: 'proxy',
  summary: 'start the LLM proxy: keys, ledger, quotas for many OSes',
  help: 'Configured by the environment: see docs/reference/config.md.',
  async run(_args, { packages }) {
    await import(pathToFileURL(join(packages, 'proxy', 'dist', 'start.js')).href);
    // The proxy ends the process itself, when it has drained.
    return new Promise<number>(() => {});
  },
};
