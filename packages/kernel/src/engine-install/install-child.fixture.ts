import { createLogger } from '@matrix-os/kit';
import { createEngineInstaller } from './create-engine-installer.ts';

// A process that installs until somebody kills it: node install-child.fixture.ts '{"statePath":…}'
const { statePath, registry, packages } = JSON.parse(process.argv[2] ?? '{}');
const log = createLogger({ name: 'install', level: 'silent' });
const installer = createEngineInstaller({
  statePath,
  registry,
  packages,
  fetch,
  log,
  onProgress: () => undefined,
});
const { executable } = await installer.ensure();
process.stdout.write(executable);
