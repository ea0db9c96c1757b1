import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { BOOT_MS, type Story } from '../support/story.ts';

export const withoutKeyboard = (of: () => Story): void => {
  const tap = async (target: Locator): Promise<void> => {
    const box = await target.boundingBox();
    if (box === null) throw new Error('It is not on the screen');
    await of().machine.pointer.tap(box.x + box.width / 2, box.y + box.height / 2);
  };

  let pointerBefore: boolean;
  /** It is drawn over the picture, so no picture has it: the kernel tells whether the display has one to draw. */
  const hasPointer = async (): Promise<boolean> => {
    const planes = await of().guest(
      'mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug; grep -A2 ^plane /sys/kernel/debug/dri/0/state',
    );
    return planes.match(/\bfb=[1-9]/g)?.length === 2;
  };

  it('draws one as soon as a field is touched, and types with it', { timeout: BOOT_MS }, async () => {
    const { page } = of().screen;
    const message = page.getByLabel('Message');
    const keys = page.getByRole('group', { name: 'Screen keyboard' });
    pointerBefore = await hasPointer();
    await tap(message);
    await keys.waitFor({ timeout: 60_000 });
    for (const name of ['h', 'i']) await tap(keys.getByRole('button', { name, exact: true }));
    await expect.poll(() => message.inputValue(), { timeout: 30_000 }).toBe('hi');
    await of().photograph('screen-keyboard');
  });

  it('shows a pointer as soon as it is moved, and not before', async () => {
    expect(pointerBefore).toBe(false);
    expect(await hasPointer()).toBe(true);
  });
};
