import { expect, it } from 'vitest';
import type { ModelServer } from '../../support/model-server/model-server.ts';
import { askGateway } from '../support/gateway.ts';
import { movePointer } from '../support/pointer-watch.ts';
import { countBullets, countLines, showsDesktop, showsLogo } from '../support/splash.ts';
import { BOOT_MS, type Story } from '../support/story.ts';
import { waitFor } from '../support/wait.ts';

export const recovery = (of: () => { story: Story; model: ModelServer }): void => {
  const guest: Story['guest'] = (command, options) => of().story.guest(command, options);
  const pidOf = async (unit: string) => (await guest(`systemctl show -P MainPID ${unit}`)).trim();

  const kill = async (unit: string, port: number): Promise<void> => {
    const before = await pidOf(unit);
    await guest(`kill -9 ${before}`);
    await waitFor(
      `${unit} to answer again`,
      async () => {
        const pid = await pidOf(unit);
        return (
          pid !== before && pid !== '0' && (await guest(`curl -sf http://127.0.0.1:${port}/health`)) !== ''
        );
      },
      { timeoutMs: 180_000, everyMs: 1000 },
    );
  };

  it('has the desktop’s server back', { timeout: BOOT_MS }, () => kill('matrix-shell.service', 3000));

  it('has the gateway back, whose engine then answers from a model server on the network', {
    timeout: BOOT_MS,
  }, async () => {
    const port = Number(new URL(of().model.url).port);
    await guest('mkdir -p /etc/matrix-os && cat >/etc/matrix-os/env', {
      input: `ANTHROPIC_BASE_URL=http://10.0.2.2:${port}\nANTHROPIC_API_KEY=sk-ant-canary\n`,
    });
    await kill('matrix-gateway.service', 4000);
    const answer = await askGateway<{ text: string }>(of().story.machine.ssh, '/api/message', {
      text: 'build me a dice app',
    });
    expect(answer.text).toContain('Your dice app is ready.');
    expect(await guest('ls /home/matrix/matrixos/apps/dice')).toContain('index.html');
    // The unit's own file had the key, and still no process shows it.
    expect(await guest('cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"')).not.toContain('canary');
  });

  it.each([
    ['what keeps the pointer from the browser', 'pkill -9 -u matrix-kiosk -f /still-pointer'],
    ['the browser', 'pkill -9 -o -u matrix-kiosk -f ^/usr/lib/chromium/chromium'],
    ['the compositor', 'pkill -9 -x -u matrix-kiosk cage'],
  ])(
    'has the desktop back after %s was killed, and no bubble that tells',
    { timeout: BOOT_MS },
    async (_what, order) => {
      const { story } = of();
      const before = await pidOf('matrix-kiosk.service');
      const pointer = await movePointer(story.machine);
      // What is keyboard and mouse in one device, as many for the sofa are: the compositor must have it for its keys.
      await guest(
        `mkdir -p /run/udev/rules.d && cat >/run/udev/rules.d/61-both.rules && udevadm control --reload &&
        udevadm trigger --settle --action=change --subsystem-match=input`,
        { input: 'SUBSYSTEM=="input", ATTRS{name}=="QEMU Virtio Tablet", ENV{ID_INPUT_KEYBOARD}="1"\n' },
      );
      await guest(order);
      await waitFor(
        'another compositor',
        async () => !['0', before].includes(await pidOf('matrix-kiosk.service')),
        {
          timeoutMs: 60_000,
        },
      );
      await waitFor('the desktop to be away', async () => !showsDesktop(await story.machine.screen()), {
        timeoutMs: 60_000,
      });
      await waitFor('the picture of the splash', async () => showsLogo(await story.machine.screen()), {
        timeoutMs: 60_000,
      });
      await story.painted();
      const { page } = await story.look();
      await page.getByLabel('Message').waitFor({ timeout: BOOT_MS });
      expect(page.context().pages().length).toBe(1);
      // Nobody has moved it since.
      expect(pointer.isShown()).toBe(false);
      pointer.close();
    },
  );

  it('gives the screen another browser when the page alone has died', { timeout: BOOT_MS }, async () => {
    const { story } = of();
    const before = await pidOf('matrix-kiosk.service');
    const dropIn = '/run/systemd/system/matrix-screen-watch.service.d/hurry.conf';
    await guest(`mkdir -p $(dirname ${dropIn}) && cat >${dropIn}`, {
      input: '[Service]\nEnvironment=MATRIX_SCREEN_PATIENCE=20\n',
    });
    await guest('systemctl daemon-reload && systemctl restart matrix-screen-watch.service');
    // The one after has the patience that a start needs.
    await guest(`rm ${dropIn} && systemctl daemon-reload`);
    await guest('pkill -9 -u matrix-kiosk -f -- --type=renderer');
    await waitFor(
      'another compositor',
      async () => !['0', before].includes(await pidOf('matrix-kiosk.service')),
      { timeoutMs: 120_000, everyMs: 1000 },
    );
    expect(await guest('journalctl -b --no-pager -o cat -u matrix-screen-watch.service')).toContain(
      'page is not there for',
    );
    await story.painted();
    const { page } = await story.look();
    await page.getByLabel('Message').waitFor({ timeout: BOOT_MS });
  });

  it('asks for a passphrase and says what it has to say on the splash', { timeout: BOOT_MS }, async () => {
    const { story } = of();
    await guest(
      'systemctl stop matrix-kiosk && plymouthd --mode=boot --tty=/dev/tty1 --attach-to-session && plymouth show-splash',
    );
    await waitFor('the splash', async () => showsLogo(await story.machine.screen()), { timeoutMs: 60_000 });
    const lines = async (count: number) =>
      waitFor(`${count} lines of text`, async () => countLines(await story.machine.screen()) === count, {
        timeoutMs: 30_000,
      });
    await lines(0);
    await guest('plymouth display-message --text="Something to say"');
    await lines(1);
    await story.photograph('splash-message');
    const asked = guest('plymouth ask-for-password --prompt="Passphrase"', { timeoutMs: 60_000 });
    // Beside the message: what is asked must be legible when there is something to say as well.
    await lines(2);
    expect(countBullets(await story.machine.screen())).toBe(0);
    await story.machine.keyboard.type('secret');
    await waitFor(
      'a bullet for each letter',
      async () => countBullets(await story.machine.screen()) === 'secret'.length,
      { timeoutMs: 30_000 },
    );
    await story.photograph('splash-passphrase');
    await story.machine.keyboard.press('ret');
    expect(await asked).toBe('secret');
    await guest('plymouth quit && systemctl start matrix-kiosk');
  });
};
