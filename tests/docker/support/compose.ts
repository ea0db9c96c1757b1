import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ROOT } from '../../../tools/setup/paths.mjs';
import { run } from '../../support/run.ts';
import type { Engine } from './engine.ts';
import { IMAGE } from './names.ts';

/** One of the repository's compose files under a project name of its own. */
export interface Project {
  readonly name: string;
  /** `docker compose <command>`, with more variables for this one call if wished. */
  compose(command: readonly string[], variables?: Readonly<Record<string, string>>): Promise<string>;
  /** The container of a service, by Docker's name for it. */
  container(service: string): Promise<string>;
  /** Containers, networks and volumes. */
  destroy(): Promise<void>;
}

export const createProject = (
  engine: Pick<Engine, 'env'>,
  file: string,
  variables: Readonly<Record<string, string>> = {},
  /** More files, which change what the first says. */
  overrides: readonly string[] = [],
): Project => {
  const name = `matrix-${randomBytes(4).toString('hex')}`;
  const files = [join(ROOT, file), ...overrides].flatMap((path) => ['--file', path]);
  const compose: Project['compose'] = (command, more = {}) =>
    run('/usr/bin/docker', ['compose', ...files, '--project-name', name, ...command], {
      env: { ...engine.env, MATRIX_IMAGE: IMAGE, ...variables, ...more },
    });
  return {
    name,
    compose,
    container: (service) => compose(['ps', '--all', '--quiet', service]),
    destroy: async () => void (await compose(['down', '--volumes', '--timeout', '5'])),
  };
};
