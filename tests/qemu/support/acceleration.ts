import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { emulator, FIRMWARE } from './emulator.ts';

let known: Promise<readonly string[]> | undefined;

/** KVM where a guest really runs on it: a device file alone proves nothing. Otherwise QEMU's own translator. */
export const acceleration = (): Promise<readonly string[]> => {
  known ??= kvmRuns().then((runs) =>
    runs
      ? ['-machine', 'q35,accel=kvm', '-cpu', 'host']
      : ['-machine', 'q35', '-accel', 'tcg,thread=multi,tb-size=1024', '-cpu', 'max'],
  );
  return known;
};

/** Some machines can make a guest but not run one: the first instructions of the firmware tell, by what they print. */
const kvmRuns = async (): Promise<boolean> => {
  if (!existsSync('/dev/kvm')) return false;
  const { command, args, env } = emulator('qemu-system-x86_64');
  const child = spawn(
    command,
    [
      [...args],
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
      ['-drive', `if=pflash,format=raw,readonly=on,file=${FIRMWARE.code}`],
    ].flat(),
    { stdio: ['ignore', 'pipe', 'pipe'], env },
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
