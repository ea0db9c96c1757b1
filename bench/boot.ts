import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { applianceImage } from '../tests/qemu/support/image.ts';
import { type Machine, startMachine } from '../tests/qemu/support/machine.ts';
import { countColours, findPixels, type Picture } from '../tests/qemu/support/picture.ts';
import { showsLogo } from '../tests/qemu/support/splash.ts';
import { waitFor } from '../tests/qemu/support/wait.ts';
import { CACHE, ROOT } from '../tools/setup/paths.mjs';
import { atMost, report, round } from './support.ts';

const BOOT_MS = 10 * 60_000;
const MIB = 1024 * 1024;

/** The same compositor and browser on a plain Debian, made with the tools that the appliance is made with. */
const bareImage = async (): Promise<string> => {
  const output = join(CACHE, 'appliance', 'bare');
  for (const folder of [output, join(CACHE, 'cache', 'bare')]) mkdirSync(folder, { recursive: true });
  const tools = join(CACHE, 'cache', 'tools');
  const child = spawn(
    'python3',
    ['-m', 'mkosi', '--directory', join(ROOT, 'bench', 'boot'), '--tools-tree', tools, '--force', 'build'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        PYTHONPATH: join(tools, 'usr/lib/python3/dist-packages'),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    },
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`mkosi ended with ${code}`);
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
// The splash has the logo, what comes between has one colour; the firmware's picture is gone by then.
const desktop = (picture: Picture): boolean =>
  !showsLogo(picture) && picture.width > 1000 && countColours(picture) > 12;

const image = await applianceImage();
const bare = await bareImage();

const other = await startMachine({ image: bare });
const bareMs = await bootTime(other, bluePage).finally(() => other.dispose());

const machine = await startMachine({ image });
try {
  const ourMs = await bootTime(machine, desktop);
  await machine.ssh.ready(BOOT_MS);
  const used = async () => Number(await machine.ssh.run(`free --bytes | awk '/^Mem:/ {print $3}'`)) / MIB;
  const withBrowser = await used();
  const slowest = (await machine.ssh.run('systemd-analyze blame --no-pager | head -5'))
    .trim()
    .split('\n')
    .map((line) => line.trim());
  const root = Number(await machine.ssh.run('df --output=used --block-size=1 / | tail -1')) / MIB;
  await machine.ssh.run('systemctl stop matrix-kiosk');
  const withoutBrowser = await used();
  const output = join(CACHE, 'appliance', 'output');
  const compressed = readdirSync(output).find((name) => name.endsWith('.raw.zst'));
  report(
    'boot',
    {
      bootMs: round(ourMs),
      bareBootMs: round(bareMs),
      compressedMib: compressed === undefined ? null : round(statSync(join(output, compressed)).size / MIB),
      rootMib: round(root),
      memoryWithBrowserMib: round(withBrowser),
      memoryWithoutBrowserMib: round(withoutBrowser),
      slowest,
    },
    [atMost('hand-over to desktop, over a bare kiosk', ourMs / bareMs, 1.4)],
  );
} finally {
  await machine.dispose();
}
