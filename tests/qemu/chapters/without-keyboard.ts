import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { movePointer, showsPointer } from '../support/pointer-watch.ts';
import { BOOT_MS, type Story } from '../support/story.ts';
import { waitFor } from '../support/wait.ts';

export const withoutKeyboard = (of: () => Story): void => {
  const tap = async (target: Locator): Promise<void> => {
    const box = await target.boundingBox();
    if (box === null) throw new Error('It is not on the screen');
    await of().machine.pointer.tap(box.x + box.width / 2, box.y + box.height / 2);
  };

  it('keeps a mouse from the screen that is unplugged and plugged in again before it was moved', {
    timeout: BOOT_MS,
  }, async () => {
    const { guest } = of();
    const mouse = (await guest('grep -l Tablet /sys/bus/pci/devices/*/virtio*/input/input*/name')).trim();
    const readers = () => guest('systemctl list-units --plain --no-legend "matrix-still-pointer@*"');
    const slot = mouse.replace(/\/virtio\d+\/.*/, '');
    await guest(`echo 1 > ${slot}/remove`);
    await waitFor('its reader to end', async () => (await readers()) === '', { timeoutMs: 30_000 });
    expect(await guest('systemctl --failed --plain --no-legend')).toBe('');
    await guest('echo 1 > /sys/bus/pci/rescan');
    await waitFor('a reader for it', async () => /\brunning\b/.test(await readers()), { timeoutMs: 30_000 });
    expect(await showsPointer(guest)).toBe(false);
  });

  it('shows a pointer as soon as it is moved, and not when there is one', { timeout: BOOT_MS }, async () => {
    const { guest } = of();
    const devices = async () =>
      Number(await guest('ls -l /proc/$(pgrep -x cage)/fd | grep -c /dev/input/event || true'));
    const before = await devices();
    // As with a keyboard that is a mouse as well: the compositor has it from the start.
    await guest('systemctl start matrix-pointer.service');
    await waitFor('the compositor to have the mouse', async () => (await devices()) > before, {
      timeoutMs: 30_000,
    });
    // The browser draws one until its page has heard of it.
    let hidden = 0;
    await waitFor(
      'no pointer to be seen for three seconds',
      async () => {
        hidden = (await showsPointer(guest)) ? 0 : hidden + 1;
        return hidden > 6;
      },
      { timeoutMs: 60_000, everyMs: 500 },
    );
    await movePointer(of());
  });

  it('draws one as soon as a field is touched, and types with it', { timeout: BOOT_MS }, async () => {
    const { page } = of().screen;
    const message = page.getByLabel('Message');
    const keys = page.getByRole('group', { name: 'Screen keyboard' });
    await tap(message);
    await keys.waitFor({ timeout: 60_000 });
    for (const name of ['h', 'i']) await tap(keys.getByRole('button', { name, exact: true }));
    await expect.poll(() => message.inputValue(), { timeout: 30_000 }).toBe('hi');
    await of().photograph('screen-keyboard');
  });
};
