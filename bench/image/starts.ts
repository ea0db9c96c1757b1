import { randomBytes } from 'node:crypto';
import type { Engine } from '../../tests/docker/support/engine.ts';
import { untilHealth } from '../../tests/docker/support/until.ts';
import { freePort } from '../../tests/support/free-port.ts';

type Client = Pick<Engine, 'env' | 'docker'>;

const BARE = `require('node:http').createServer((_, r) => r.end('ok')).listen(Number(process.env.SHELL_PORT), '0.0.0.0')`;

export interface Start {
  /** Milliseconds from `docker run` to the first 200. */
  readonly answered: number;
  /** To Docker's own word for it; undefined for an image without a check. */
  readonly healthy: number | undefined;
  /** What `docker stop` took. */
  readonly stopped: number;
}

const answers = async (url: string): Promise<void> => {
  for (;;) {
    const ok = await fetch(url).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

/** One `docker run`, up to its first answer, and its stop. New volumes every time: it is a first boot. */
export const measureStart = async (
  engine: Client,
  options: { network: string; image: string; what: 'os' | 'bare node' },
): Promise<Start> => {
  const name = `bench-${randomBytes(4).toString('hex')}`;
  const port = await freePort();
  const address = [
    '--network',
    options.network,
    '--publish',
    `127.0.0.1:${port}:${port}`,
    '--env',
    `SHELL_PORT=${port}`,
  ];
  // Whoever runs a bare server there would give it an init as well.
  const command = options.what === 'os' ? [options.image] : ['--init', options.image, 'node', '-e', BARE];
  const began = performance.now();
  await engine.docker('run', '--detach', '--name', name, ...address, ...command);
  try {
    const health =
      options.what === 'os' ? untilHealth(engine, name).then(() => performance.now() - began) : undefined;
    await answers(`http://127.0.0.1:${port}/health`);
    const answered = performance.now() - began;
    const healthy = await health;
    const stopping = performance.now();
    await engine.docker('stop', name);
    return { answered, healthy, stopped: performance.now() - stopping };
  } finally {
    await engine.docker('rm', '--force', '--volumes', name);
  }
};
