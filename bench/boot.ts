import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { applianceImage } from '../tests/qemu/support/image.ts';
import { type Machine, startMachine } from '../tests/qemu/support/machine.ts';
import { findPixels, type Picture } from '../tests/qemu/support/picture.ts';
import { showsDesktop } from '../tests/qemu/support/splash.ts';
import { waitFor } from '../tests/qemu/support/wait.ts';
import { CACHE, ROOT } from '../tools/setup/paths.mjs';
import { atMost, median, report, round } from './support.ts';

const BOOT_MS = 10 * 60_000;
const MIB = 1024 * 1024;
/** The first one makes the data partition. */
const STARTS = 3;
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

/** Milliseconds of one start; `use` is what happens on the machine before it is switched off again. */
const start = async (
  options: Parameters<typeof startMachine>[0],
  painted: (picture: Picture) => boolean,
  use: (machine: Machine) => Promise<void>,
): Promise<number> => {
  const machine = await startMachine(options);
  try {
    const milliseconds = await bootTime(machine, painted);
    await use(machine);
    return milliseconds;
  } catch (error) {
    await machine.dispose();
    throw error;
  }
};

/** What a running appliance takes. */
const inventory = async (machine: Machine) => {
  const number = async (command: string) => Number(await machine.ssh.run(command));
  const usedMib = async () => (await number(`free --bytes | awk '/^Mem:/ {print $3}'`)) / MIB;
  const memoryWithBrowserMib = round(await usedMib());
  // Devices count from the start of the kernel, and tell nothing of themselves.
  const slowest = (await machine.ssh.run(`systemd-analyze blame --no-pager | grep -v '\\.device$' | head -5`))
    .trim()
    .split('\n')
    .map((line) => line.trim());
  const rootMib = round((await number('df --output=used --block-size=1 / | tail -1')) / MIB);
  await machine.ssh.run('systemctl stop matrix-kiosk');
  return { rootMib, memoryWithBrowserMib, memoryWithoutBrowserMib: round(await usedMib()), slowest };
};

const image = await applianceImage();
const bare = await bareImage();
const say = (what: string, ms: number): number => {
  process.stderr.write(`${what}: ${round(ms / 1000)} s\n`);
  return ms;
};
const startBare = async () =>
  say('a bare kiosk', await start({ image: bare }, bluePage, (machine) => machine.dispose()));

// Each start of ours stands between two bare ones, because a shared machine is not as fast all the time.
const bareMs = [await startBare()];
const ourMs: number[] = [];
let folder: string | undefined;
let found: Awaited<ReturnType<typeof inventory>> | undefined;
try {
  for (let count = 0; count < STARTS; count++) {
    const ms = await start(
      { image, ...(folder === undefined ? {} : { folder }) },
      showsDesktop,
      async (machine) => {
        folder = machine.folder;
        await machine.ssh.ready(BOOT_MS);
        if (count === STARTS - 1) found = await inventory(machine);
        await machine.shutDown();
      },
    );
    ourMs.push(say('the appliance', ms));
    bareMs.push(await startBare());
  }
  const ratios = ourMs.map((ms, index) => (2 * ms) / ((bareMs[index] ?? 0) + (bareMs[index + 1] ?? 0)));
  const [first = Number.NaN, ...later] = ratios;
  const compressed = join(folder ?? '', 'compressed');
  await runTool(['--directory', '', 'sandbox', 'zstd', '--quiet', '-T0', '-12', image, '-o', compressed]);
  report(
    'boot',
    {
      bootMs: ourMs.map(round),
      bareBootMs: bareMs.map(round),
      ratios: ratios.map((ratio) => Math.round(ratio * 100) / 100),
      compressedMib: round(statSync(compressed).size / MIB),
      ...found,
    },
    [
      atMost('hand-over to desktop, over a bare kiosk', median(later), 1.4),
      atMost('the same on the first start, which makes the data partition', first, 1.4),
    ],
  );
} finally {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}
