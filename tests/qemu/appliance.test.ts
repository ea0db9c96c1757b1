import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/setup/paths.mjs';
import { demo } from '../support/model-server/demo.ts';
import { createModelServer, type ModelServer } from '../support/model-server/model-server.ts';
import { applianceImage } from './support/image.ts';
import { INSPECTABLE, openScreen, type Screen } from './support/kiosk.ts';
import { type Machine, startMachine } from './support/machine.ts';
import { countColours, findPixels } from './support/picture.ts';
import { showsLogo } from './support/splash.ts';
import { waitFor } from './support/wait.ts';

// An emulated processor on a shared machine: what takes a second on a desk takes a minute here.
const BOOT_MS = 12 * 60_000;
const PICTURES = join(ROOT, 'test-results', 'qemu');

let machine: Machine;
let screen: Screen;
let model: ModelServer;
let image: string;

const boot = async (folder?: string): Promise<void> => {
  machine = await startMachine({
    image,
    credentials: INSPECTABLE,
    ...(folder === undefined ? {} : { folder }),
  });
};
const settle = async (): Promise<void> => {
  await machine.ssh.ready(BOOT_MS);
  screen = await openScreen(machine, BOOT_MS);
  await screen.page.getByLabel('Message').waitFor({ timeout: BOOT_MS });
};
const guest = (command: string, timeoutMs = 120_000) => machine.ssh.run(command, { timeoutMs });
const pidOf = async (unit: string) => (await guest(`systemctl show -P MainPID ${unit}`)).trim();

/** Presses Tab until the chat's field has the focus, as a person without a mouse would. */
const reachComposer = async (): Promise<void> => {
  for (let pressed = 0; pressed < 25; pressed++) {
    if ((await screen.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))) === 'Message')
      return;
    await machine.keyboard.press('tab');
  }
  throw new Error('Tab never reaches the chat');
};

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  image = await applianceImage();
  model = await createModelServer({ script: demo });
}, 40 * 60_000);

afterAll(async () => {
  await machine?.dispose();
  await model?.close();
});

describe('the appliance', () => {
  it('shows the splash and no text, then the desktop with nobody asked to sign in', {
    timeout: BOOT_MS,
  }, async () => {
    await boot();
    let splashAt: number | undefined;
    let text = 0;
    let watching = true;
    const watch = (async () => {
      while (watching) {
        const picture = await machine.screen();
        if (splashAt === undefined && showsLogo(picture)) {
          splashAt = machine.uptime();
          await machine.photograph(join(PICTURES, 'splash.png'));
        }
        // The console's letters are of exactly this grey. The firmware's own come before the splash.
        const console = findPixels(
          picture,
          (red, green, blue) => red === 170 && green === 170 && blue === 170,
        );
        if (splashAt !== undefined && console.count > 20) text++;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    })();
    try {
      await settle();
    } finally {
      watching = false;
      await watch;
    }
    const desktopAt = machine.uptime();
    await machine.photograph(join(PICTURES, 'desktop.png'));
    expect(splashAt).toBeLessThan(desktopAt);
    expect(text).toBe(0);
    const picture = await machine.screen();
    expect(showsLogo(picture)).toBe(false);
    expect(countColours(picture)).toBeGreaterThan(12);
    expect(await screen.page.title()).toContain('Matrix OS');
  });

  it('has no failed unit and no ordering cycle', async () => {
    expect((await guest('systemctl --failed --no-legend --plain')).trim()).toBe('');
    expect(await guest('journalctl -b --no-pager -o cat _PID=1 | grep -ci "ordering cycle" || true')).toBe(
      '0\n',
    );
  });

  it('listens to the network with nothing but SSH, for which a key was given, and the name matrix.local', async () => {
    const open = (await guest(`ss -tulnH | awk '{print $1, $5}'`))
      .trim()
      .split('\n')
      .filter((line) => !/ (127\.|\[::1\])/.test(line))
      .map((line) => line.replace(/ .*:/, ' '))
      // The lease's own client talks over a raw or a bound socket while it renews.
      .filter((line) => !/^udp (68|546)$/.test(line));
    expect([...new Set(open)].sort()).toEqual(['tcp 22', 'udp 5353']);
  });

  it('has a root that can not be written, checked by verity', async () => {
    await expect(guest('touch /usr/share/x')).rejects.toThrow(/Read-only file system/);
    await expect(guest('mount -o remount,rw / && touch /usr/share/x')).rejects.toThrow();
    const status = await guest('dmsetup table root && dmsetup status root');
    expect(status).toMatch(/verity/);
    expect(status.trim().endsWith('V')).toBe(true);
    expect(readFileSync(image.replace(/\.raw$/, '.efi')).includes(Buffer.from('roothash='))).toBe(true);
  });

  it('made a data partition as large as the disk allows, and an empty slot for the next release', async () => {
    const disk = JSON.parse(await guest('lsblk --json --bytes --output NAME,SIZE,PARTLABEL /dev/vda'))
      .blockdevices[0];
    const parts: { size: number; partlabel: string }[] = disk.children;
    expect(parts.map((part) => part.partlabel)).toEqual([
      'esp',
      expect.stringMatching(/^matrix-os_/),
      expect.stringMatching(/^matrix-os_/),
      '_empty',
      '_empty',
      'matrix-data',
    ]);
    const free = disk.size - parts.reduce((sum, part) => sum + part.size, 0);
    expect(free).toBeLessThan(4 * 1024 * 1024);
    const size = Number(await guest('df --output=size --block-size=1 /var | tail -1'));
    expect(size).toBeGreaterThan((parts[5]?.size ?? 0) * 0.9);
  });

  it('confines the gateway and the desktop, and runs neither as root', async () => {
    for (const unit of ['matrix-gateway', 'matrix-shell']) {
      const score = /: (\d+\.\d+) /.exec(
        await guest(`systemd-analyze security --no-pager ${unit}.service | tail -1`),
      )?.[1];
      expect(Number(score), unit).toBeLessThanOrEqual(3.0);
      expect(await guest(`ps -o uid= -p $(systemctl show -P MainPID ${unit})`)).not.toMatch(/^\s*0$/m);
    }
  });

  it('is the release that it says it is', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(await guest('. /usr/lib/os-release && echo $IMAGE_VERSION')).toBe(`${version}\n`);
    expect(JSON.parse(await guest('curl -sf http://127.0.0.1:4000/health')).version).toBe(version);
  });

  it('makes an app for somebody who only has a keyboard', { timeout: BOOT_MS }, async () => {
    await reachComposer();
    await machine.keyboard.type('make me a todo list\n');
    await waitFor('the app', async () => (await guest('ls /home/matrix/matrixos/apps')).includes('todo'), {
      timeoutMs: 120_000,
    });
    await screen.page.locator('iframe').first().waitFor({ timeout: 120_000 });
    await machine.photograph(join(PICTURES, 'todo.png'));
  });

  it('leads to a login under Ctrl+Alt+F2, and back', { timeout: BOOT_MS }, async () => {
    await machine.keyboard.press('ctrl', 'alt', 'f2');
    await waitFor('the console', async () => (await guest('cat /sys/class/tty/tty0/active')) === 'tty2\n', {
      timeoutMs: 60_000,
    });
    await waitFor(
      'the login',
      async () => (await guest('systemctl is-active getty@tty2 || true')) === 'active\n',
      {
        timeoutMs: 60_000,
      },
    );
    await waitFor(
      'letters on the screen',
      async () =>
        findPixels(await machine.screen(), (r, g, b) => r === 170 && g === 170 && b === 170).count > 100,
      { timeoutMs: 60_000 },
    );
    await machine.keyboard.type('matrix\n');
    await waitFor(
      'the owner’s shell',
      async () => /\bmatrix\b.*\btty2\b/.test(await guest('loginctl list-sessions --no-legend')),
      { timeoutMs: 90_000 },
    );
    await machine.photograph(join(PICTURES, 'login.png'));
    await machine.keyboard.press('ctrl', 'alt', 'f1');
    await waitFor('the desktop', async () => (await guest('cat /sys/class/tty/tty0/active')) === 'tty1\n', {
      timeoutMs: 60_000,
    });
  });

  it.each([
    ['matrix-gateway.service', 4000],
    ['matrix-shell.service', 3000],
  ])('has %s back after it was killed', { timeout: BOOT_MS }, async (unit, port) => {
    const before = await pidOf(unit);
    await guest(`kill -9 ${before}`);
    await waitFor(
      unit,
      async () => {
        const pid = await pidOf(unit);
        return (
          pid !== before && pid !== '0' && (await guest(`curl -sf http://127.0.0.1:${port}/health`)) !== ''
        );
      },
      { timeoutMs: 180_000, everyMs: 1000 },
    );
  });

  it.each([
    ['the browser', 'pkill -9 -o -u matrix-kiosk -f /usr/lib/chromium/chromium'],
    ['the compositor', 'pkill -9 -x -u matrix-kiosk cage'],
  ])('has the desktop back after %s was killed', { timeout: BOOT_MS }, async (_what, kill) => {
    await screen.close();
    const before = await pidOf('matrix-kiosk.service');
    await guest(kill);
    await waitFor(
      'another compositor',
      async () => !['0', before].includes(await pidOf('matrix-kiosk.service')),
      {
        timeoutMs: 60_000,
      },
    );
    screen = await openScreen(machine, BOOT_MS);
    await screen.page.getByLabel('Message').waitFor({ timeout: BOOT_MS });
  });

  it('has the engine answer from a model server on the network', { timeout: BOOT_MS }, async () => {
    const port = Number(new URL(model.url).port);
    await machine.ssh.run(
      'mkdir -p /etc/matrix-os && cat >/etc/matrix-os/env && systemctl restart matrix-gateway',
      {
        input: `ANTHROPIC_BASE_URL=http://10.0.2.2:${port}\nANTHROPIC_API_KEY=dummy\n`,
        timeoutMs: 180_000,
      },
    );
    const answer = await machine.ssh.run(
      `printf 'header = "authorization: Bearer %s"\\n' "$(cat /var/lib/matrix/state/auth-token)" |
       curl -sS --fail-with-body --max-time 240 --config - -H 'content-type: application/json' -d '{"text":"build me a dice app"}' http://127.0.0.1:4000/api/message`,
      { timeoutMs: 300_000 },
    );
    expect(JSON.parse(answer).text).toContain('Your dice app is ready.');
    expect(await guest('ls /home/matrix/matrixos/apps/dice')).toContain('index.html');
  });

  it('has everything after the power was cut', { timeout: 2 * BOOT_MS }, async () => {
    await screen.close();
    await machine.cutPower();
    await boot(machine.folder);
    await settle();
    expect(await guest('ls /home/matrix/matrixos/apps')).toMatch(/dice[\s\S]*todo/);
    expect(
      await guest('git -c safe.directory=* -C /home/matrix/matrixos fsck --strict 2>&1 && echo sound'),
    ).toMatch(/sound/);
    expect((await guest('systemctl --failed --no-legend --plain')).trim()).toBe('');
    await machine.photograph(join(PICTURES, 'after-power-cut.png'));
  });
});
