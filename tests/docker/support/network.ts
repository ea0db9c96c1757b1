import { randomBytes } from 'node:crypto';
import type { Engine } from './engine.ts';

/** A network of its own, and the address at which its containers reach this machine. */
export const createNetwork = async ({
  docker,
}: Pick<Engine, 'docker'>): Promise<{ name: string; gateway: string; remove: () => Promise<void> }> => {
  const name = `matrix-${randomBytes(4).toString('hex')}`;
  await docker('network', 'create', name);
  return {
    name,
    gateway: await gatewayOf({ docker }, name),
    remove: async () => void (await docker('network', 'rm', name)),
  };
};

const gatewayOf = ({ docker }: Pick<Engine, 'docker'>, network: string): Promise<string> =>
  docker('network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', network);
