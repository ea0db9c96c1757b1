import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ROOT } from '../../../tools/setup/paths.mjs';
import { run } from '../../support/run.ts';
import { ensureBaseImage } from './base-image.ts';
import { buildImage } from './build-image.ts';
import { startEngine } from './engine.ts';
import { BASE, COMMIT, IMAGE } from './names.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The socket of the engine that all tests of this tier share. */
    docker: string;
  }
}

let stop: () => Promise<void> = async () => undefined;

/** One engine and one image for the whole tier. */
export const setup = async (project: TestProject): Promise<void> => {
  await run(join(ROOT, 'distro/docker/engine/install.sh'), []);
  const engine = await startEngine();
  stop = engine.stop;
  try {
    await ensureBaseImage(engine, 'amd64', BASE);
    await buildImage(engine, { tag: IMAGE, environment: { COMMIT } });
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('docker', engine.socket);
};

export const teardown = (): Promise<void> => stop();
