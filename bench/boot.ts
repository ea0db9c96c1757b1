import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { applianceImage } from '../tests/qemu/support/image.ts';
import { type Machine, startMachine } from '../tests/qemu/support/machine.ts';
import { findPixels, type Picture } from '../tests/qemu/support/picture.ts';
import { showsDesktop } from '../tests/qemu/support/splash.ts';
import { waitFor } from '../tests/qemu/support/wait.ts';
import { CACHE, ROOT } from '../tools/setup/paths.mjs';
import { atMost, report, round } from './support.ts';

const BOOT_MS = 10 * 60_000;
const MIB = 1024 * 1024;
const TOOLS = join(CACHE, 'cache', 'tools');

/** A program of the appliance's tools: the same mkosi and zstd for everybody. */
const runTool = async (args: readonly string[]): Promise<void> => {
  const child = spawn('python3', ['-m', 'mkosi', '--tools-tree', TOOLS, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PYTHONPATH: join(TOOLS, 'usr/lib/python3/dist-packages'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`mkosi ended with ${code}`);
};

/** The same compositor and browser on a plain Debian. */
const bareImage = async (): Promise<string> => {
  const output = join(CACHE, 'appliance', 'bare');
  for (const folder of [output, join(CACHE, 'cache', 'bare')]) mkdirSync(folder, { recursive: true });
  await runTool(['--directory', join(ROOT, 'bench', 'boot'), '--force', 'build']);
  return join(output, 'bare-kiosk.raw');
};

/** Milliseconds from the firmware starting the boot loader to `painted`. */
const bootTime = async (machine: Machine, painted: (picture: Picture) => boolean): Promise<number> => {
  const handedOver = await waitFor(
    'the firmware to hand over',
    async () => ((await machine.serial()).includes('BdsDxe: starting') ? machine.uptime() : undefined),
    { timeoutMs: BOOT_MS, everyMs: 50 },
  );
  await waitFor('the desktop', async () => painted(await machine.screen()), {
    timeoutMs: BOOT_MS,
    everyMs: 100,
  });
  return machine.uptime() - handedOver;
};

const bluePage = (picture: Picture): boolean =>
  findPixels(picture, (red, green, blue) => red === 0x20 && green === 0x50 && blue === 0xc0).count > 500_000;

const starts = async (image: string, folder: string | undefined, painted: (picture: Picture) => boolean) => {
  const machine = await startMachine({ image, ...(folder === undefined ? {} : { folder }) });
  try {
    return { machine, ms: await bootTime(machine, painted) };
  } catch (error) {
    await machine.dispose();
    throw error;
  }
};
const bareStarts = async (): Promise<number> => {
  const { machine, ms } = await starts(bare, undefined, bluePage);
  await machine.dispose();
  return ms;
};

const image = await applianceImage();
const bare = await bareImage();

// One before and one after, because a shared machine is not as fast all the time.
const bareMs = [await bareStarts()];
const first = await starts(image, undefined, showsDesktop);
await first.machine.ssh.ready(BOOT_MS);
await first.machine.shutDown();
const { machine, ms } = await starts(image, first.machine.folder, showsDesktop);
try {
  bareMs.push(await bareStarts());
  const bareMean = bareMs.reduce((sum, each) => sum + each, 0) / bareMs.length;
  await machine.ssh.ready(BOOT_MS);
  const used = async () => Number(await machine.ssh.run(`free --bytes | awk '/^Mem:/ {print $3}'`)) / MIB;
  const withBrowser = await used();
  // Devices count from the start of the kernel, and tell nothing of themselves.
  const slowest = (await machine.ssh.run(`systemd-analyze blame --no-pager | grep -v '\\.device$' | head -5`))
    .trim()
    .split('\n')
    .map((line) => line.trim());
  const root = Number(await machine.ssh.run('df --output=used --block-size=1 / | tail -1')) / MIB;
  await machine.ssh.run('systemctl stop matrix-kiosk');
  const withoutBrowser = await used();
  const compressed = join(first.machine.folder, 'compressed');
  await runTool(['--directory', '', 'sandbox', 'zstd', '--quiet', '-T0', '-12', image, '-o', compressed]);
  report(
    'boot',
    {
      bootMs: round(ms),
      firstBootMs: round(first.ms),
      bareBootMs: bareMs.map(round),
      compressedMib: round(statSync(compressed).size / MIB),
      rootMib: round(root),
      memoryWithBrowserMib: round(withBrowser),
      memoryWithoutBrowserMib: round(withoutBrowser),
      slowest,
    },
    [
      atMost('hand-over to desktop, over a bare kiosk', ms / bareMean, 1.4),
      atMost('the same on the first start, which makes the data partition', first.ms / bareMean, 1.4),
    ],
  );
} finally {
  await machine.dispose();
}
