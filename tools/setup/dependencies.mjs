import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './console.mjs';
import { ROOT } from './paths.mjs';
import { runQuietly } from './run-quietly.mjs';
import { digest, isStamped, stamp } from './stamp.mjs';

const manifests = () => [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/package.json`),
];

/** Installs exactly what the lock file says, and only when it or a manifest changed since the last time. */
export const ensureDependencies = async (toolchain) => {
  const value = digest(manifests(), `${process.platform} ${process.arch}`);
  if (isStamped('dependencies', value) && existsSync(join(ROOT, 'node_modules'))) return;
  await step('Installing dependencies', () =>
    runQuietly(toolchain.pnpm, ['install', '--frozen-lockfile', '--reporter=append-only'], {
      cwd: ROOT,
      env: { ...process.env, PATH: toolchain.path, CI: 'true' },
      failure: 'Installing',
    }),
  );
  stamp('dependencies', value);
};
