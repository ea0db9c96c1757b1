import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

let known: Promise<string> | undefined;

/** KVM where a guest really runs on it: a device file alone proves nothing. Otherwise QEMU's own translator. */
export const acceleration = (): Promise<string> => {
  known ??= kvmWorks().then((works) => (works ? 'accel=kvm' : 'accel=tcg,thread=multi'));
  return known;
};

const kvmWorks = async (): Promise<boolean> => {
  if (!existsSync('/dev/kvm')) return false;
  // A stopped guest exists only when the kernel could make one.
  const child = spawn(
    'qemu-system-x86_64',
    ['-nodefaults', '-machine', 'q35,accel=kvm', '-cpu', 'host', '-display', 'none', '-S', '-monitor', 'stdio'],
    { stdio: ['pipe', 'ignore', 'ignore'] },
  );
  child.stdin.on('error', () => {});
  child.stdin.end('quit\n');
  const [code] = await once(child, 'exit');
  return code === 0;
};
