import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tools/setup/paths.mjs';
import { digest, isStamped, stamp } from '../../../tools/setup/stamp.mjs';

const OUTPUT = join(ROOT, '.matrix/appliance/output');
// Everything that gets into the image; content decides whether it is made again.
const INPUTS = [
  'distro/mkosi',
  'distro/systemd',
  'distro/plymouth',
  'distro/docker/build',
  'packages',
  'home',
  'pnpm-lock.yaml',
];

const found = (): string | undefined => {
  if (!existsSync(OUTPUT)) return undefined;
  const name = readdirSync(OUTPUT).find((entry) => /^matrix-os_.*\.raw$/.test(entry));
  return name === undefined ? undefined : join(OUTPUT, name);
};

/** The appliance image of this checkout, made when it is not there or was made from something else. */
export const applianceImage = async (): Promise<string> => {
  const value = digest(INPUTS);
  const existing = found();
  if (existing !== undefined && isStamped('appliance', value)) return existing;
  const child = spawn(join(ROOT, 'distro/mkosi/build.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  const image = found();
  if (code !== 0 || image === undefined) throw new Error(`distro/mkosi/build.sh ended with ${code}`);
  stamp('appliance', value);
  return image;
};
