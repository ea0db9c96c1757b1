import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { movePointer } from '../support/pointer-watch.ts';
import { BOOT_MS, type Story } from '../support/story.ts';
import { waitFor } from '../support/wait.ts';

export const withoutKeyboard = (of: () => Story): void => {
  const tap = async (target: Locator): Promise<void> => {
    const box = await target.boundingBox();
    if (box === null) throw new Error('It is not on the screen');
    await of().machine.pointer.tap(box.x + box.width / 2, box.y + box.height / 2);
  };

  it('shows no pointer for a mouse that is unplugged and plugged in again, until it is moved', {
    timeout: BOOT_MS,
  }, async () => {
    const { guest, machine } = of();
    const pointer = await machine.watchPointer();
    const opened = () => guest('ls -l /proc/$(pgrep -x cage)/fd | grep -c /dev/input/event || true');
    const [before, mouse] = [
      await opened(),
      (await guest('grep -l Tablet /sys/bus/pci/devices/*/virtio*/input/input*/name')).trim(),
    ];
    await guest(`echo 1 > ${mouse.replace(/\/virtio\d+\/.*/, '')}/remove`);
    await waitFor('the compositor to lose it', async () => (await opened()) !== before, {
      timeoutMs: 30_000,
    });
    await guest('echo 1 > /sys/bus/pci/rescan');
    await waitFor('the compositor to have it', async () => (await opened()) === before, {
      timeoutMs: 30_000,
    });
    await of().painted();
    expect(pointer.shapes().length).toBeGreaterThan(0);
    expect(pointer.shapes().filter(({ visible }) => visible)).toEqual([]);
    pointer.close();
    (await movePointer(machine)).close();
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
