import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { BOOT_MS, type Story } from '../support/story.ts';

export const withoutKeyboard = (of: () => Story): void => {
  const tap = async (target: Locator): Promise<void> => {
    const box = await target.boundingBox();
    if (box === null) throw new Error('It is not on the screen');
    await of().machine.pointer.tap(box.x + box.width / 2, box.y + box.height / 2);
  };

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
