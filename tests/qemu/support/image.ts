import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tools/setup/paths.mjs';
import { digest, isStamped, stamp } from '../../../tools/setup/stamp.mjs';

/** With the engine as who builds one gets it, and without as it can be handed on. */
export type EngineRule = 'include' | 'omit';

const OUTPUTS = {
  include: join(ROOT, '.matrix/appliance/output'),
  omit: join(ROOT, '.matrix/appliance/output-without-engine'),
} as const;
// Everything that gets into the image; content decides whether it is made again.
const INPUTS = [
  'distro/mkosi',
  'distro/systemd',
  'distro/plymouth',
  'distro/docker/build',
  'distro/docker/base/versions.sh',
  'packages',
  'home',
  'pnpm-lock.yaml',
];

const found = (folder: string): string | undefined => {
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((entry) => /^matrix-os_.*\.raw$/.test(entry));
  return name === undefined ? undefined : join(folder, name);
};

/** The appliance image of this checkout, made when it is not there or was made from something else. */
export const applianceImage = async (engine: EngineRule = 'include'): Promise<string> => {
  const folder = OUTPUTS[engine];
  const name = engine === 'include' ? 'appliance' : 'appliance-without-engine';
  const value = digest(INPUTS);
  const existing = found(folder);
  if (existing !== undefined && isStamped(name, value)) return existing;
  const child = spawn(join(ROOT, 'distro/mkosi/build.sh'), ['--engine', engine, '--output', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  const image = found(folder);
  if (code !== 0 || image === undefined) throw new Error(`distro/mkosi/build.sh ended with ${code}`);
  stamp(name, value);
  return image;
};
