import type { Page } from 'playwright-core';

/** The first-run setup, as it meets whoever signs in to a new home. */
export const setupOf = (page: Page) => page.getByRole('dialog', { name: 'Set up Matrix OS' });

/** Leaves it with the keyboard, as somebody in a hurry does. Nothing happens where there is none. */
export const leaveSetup = async (page: Page): Promise<void> => {
  const setup = setupOf(page);
  if (!(await setup.isVisible())) return;
  await page.keyboard.press('Escape');
  await setup.waitFor({ state: 'detached' });
};
