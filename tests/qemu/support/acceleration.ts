import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

let known: Promise<readonly string[]> | undefined;

/** KVM where a guest really runs on it: a device file alone proves nothing. Otherwise QEMU's own translator. */
export const acceleration = (firmware: string): Promise<readonly string[]> => {
  known ??= kvmRuns(firmware).then((runs) =>
    runs
      ? ['-machine', 'q35,accel=kvm', '-cpu', 'host']
      : // The browser's compositor crashes here under QEMU 7.2 with everything on; AVX is the suspect, not proven.
        [
          '-machine',
          'q35',
          '-accel',
          'tcg,thread=multi,tb-size=1024',
          '-cpu',
          'max,avx=off,avx2=off,f16c=off,fma=off',
        ],
  );
  return known;
};

/** Some machines can make a guest but not run one: the first instructions of the firmware tell, by what they print. */
const kvmRuns = async (firmware: string): Promise<boolean> => {
  if (!existsSync('/dev/kvm')) return false;
  const child = spawn(
    'qemu-system-x86_64',
    [
      [
        '-nodefaults',
        '-machine',
        'q35,accel=kvm',
        '-cpu',
        'host',
        '-m',
        '512',
        '-display',
        'none',
        '-serial',
        'stdio',
      ],
      ['-drive', `if=pflash,format=raw,readonly=on,file=${firmware}`],
    ].flat(),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const runs = await new Promise<boolean>((resolve) => {
    child.stdout.once('data', () => resolve(true));
    child.stderr.once('data', () => resolve(false));
    child.once('exit', () => resolve(false));
    child.once('error', () => resolve(false));
  });
  child.kill('SIGKILL');
  return runs;
};
