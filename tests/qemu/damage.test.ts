import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/setup/paths.mjs';
import { writeToDisk } from './support/disk.ts';
import { applianceImage } from './support/image.ts';
import { INSPECTABLE, openScreen } from './support/kiosk.ts';
import { type Machine, startMachine } from './support/machine.ts';
import { waitFor } from './support/wait.ts';

const BOOT_MS = 12 * 60_000;
const PICTURES = join(ROOT, 'test-results', 'qemu');

let machine: Machine;
let image: string;
/** Where things lie on the disk, in bytes, asked of the machine while it was well. */
let dataStart: number;
let logo: { readonly start: number; readonly path: string };

const guest = (command: string) => machine.ssh.run(command);
const boot = async (folder?: string): Promise<void> => {
  machine = await startMachine({
    image,
    credentials: INSPECTABLE,
    ...(folder === undefined ? {} : { folder }),
  });
};
const desktop = async (): Promise<string> => {
  await machine.ssh.ready(BOOT_MS);
  let said = '';
  // What is wrong is said on the way to the desktop.
  const script = () => guest('cat /run/matrix-sign-in/code.js 2>/dev/null || true');
  said = await waitFor('a code', async () => (await script()) || undefined, { timeoutMs: BOOT_MS });
  const screen = await openScreen(machine, BOOT_MS);
  await screen.page.getByLabel('Message').waitFor({ timeout: BOOT_MS });
  await screen.close();
  return said;
};

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  image = await applianceImage();
  await boot();
  await machine.ssh.ready(BOOT_MS);
  const startOf = async (label: string) =>
    Number(
      await guest(
        `cat /sys/class/block/$(basename $(readlink -f $(lsblk -pnro NAME,PARTLABEL /dev/vda | awk '$2=="${label}"{print $1; exit}')))/start`,
      ),
    ) * 512;
  dataStart = await startOf('matrix-data');
  // The second partition with this label is the root; the first is verity's.
  const rootStart = Number(await guest(`cat /sys/class/block/vda3/start`)) * 512;
  const path = '/usr/share/plymouth/themes/matrix-os/watermark.png';
  const extent = /^\s*0:\s+\d+\.\.\s*\d+:\s+(\d+)\.\./m.exec(await guest(`filefrag -v -b4096 ${path}`))?.[1];
  logo = { path, start: rootStart + Number(extent) * 4096 };
  expect(Number.isInteger(logo.start)).toBe(true);
}, 40 * 60_000);

afterAll(() => machine?.dispose());

describe('a machine that is not well', () => {
  it('comes up with a full disk, and says so', { timeout: 2 * BOOT_MS }, async () => {
    await guest(
      'sync; fallocate -l $(df --output=avail --block-size=1 /home | tail -1) /home/matrix/film.mkv; sync',
    );
    await guest('su matrix -c "dd if=/dev/zero of=/home/matrix/more bs=64k" 2>&1 || true; sync');
    await machine.cutPower();
    await boot(machine.folder);
    expect(await desktop()).toContain('The disk is full.');
    await guest('rm /home/matrix/film.mkv /home/matrix/more');
  });

  it('refuses a byte of the system that was changed', { timeout: 2 * BOOT_MS }, async () => {
    expect(await guest(`md5sum < ${logo.path} && echo read`)).toContain('read');
    await machine.shutDown();
    await writeToDisk(machine.disk, logo.start, 1, 0xff);
    await boot(machine.folder);
    await machine.ssh.ready(BOOT_MS);
    await expect(guest(`md5sum < ${logo.path}`)).rejects.toThrow(/Input\/output error/);
    expect(await guest('journalctl -kb --no-pager -o cat | grep -c "data block .* is corrupted"')).not.toBe(
      '0\n',
    );
  });

  it('comes up with a data partition that is beyond repair, and says so', {
    timeout: 2 * BOOT_MS,
  }, async () => {
    await machine.cutPower();
    await writeToDisk(machine.disk, dataStart, 64 * 1024 * 1024, 0xa5);
    await boot(machine.folder);
    expect(await desktop()).toMatch(/damaged|can not be mounted/);
    expect(await guest('findmnt -no FSTYPE /var')).toBe('tmpfs\n');
    await machine.photograph(join(PICTURES, 'damaged.png'));
  });
});
