import { join } from 'node:path';
import { ROOT } from '../../../tools/setup/paths.mjs';
import { run } from '../../support/run.ts';
import type { Engine } from './engine.ts';

export interface ImageOptions {
  readonly tag: string;
  readonly engine?: 'omit' | 'include';
  /** A checkout; this one when left out. */
  readonly from?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly arguments?: readonly string[];
}

/** Calls the script that the workflow calls. The builder gets the machine's own network: the engine here has none. */
export const buildImage = async ({ env }: Pick<Engine, 'env'>, options: ImageOptions): Promise<void> => {
  const script = join(options.from ?? ROOT, 'distro/docker/build.sh');
  await run(
    script,
    ['--network=host', '--progress=plain', '--tag', options.tag, ...(options.arguments ?? [])],
    {
      env: { ...env, ENGINE: options.engine ?? 'omit', ...options.environment },
    },
  );
};
