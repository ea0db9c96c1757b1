import { PAGE_KEY_HEADER } from '@matrix-os/contracts';
import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import type { RunningOs } from './running-os.ts';
import { leaveSetup, setupOf } from './setup.ts';

/** One browser on the desktop, driven as a person drives it. */
export interface Desktop {
  readonly page: Page;
  say(text: string): Promise<void>;
  /** The newest turn that asked this. */
  turn(text: string): Locator;
  /** The newest turn that asked this, once it is over. */
  finished(text: string): Promise<Locator>;
  window(title: string): Locator;
  app(title: string): FrameLocator;
}

export const signIn = async (context: BrowserContext, os: RunningOs): Promise<Desktop> => {
  const page = await context.newPage();
  // As a machine's own screen signs in: without the command and the page for it, which have tests of their own.
  const { code } = (await (await os.request('/auth/codes', { method: 'POST' })).json()) as { code: string };
  await page.goto(`${os.url}/#code=${code}`);
  return desktopOf(page);
};

export const desktopOf = async (page: Page): Promise<Desktop> => {
  const composer = page.getByRole('textbox', { name: 'Message' });
  const turn = (text: string) => page.getByRole('article', { name: `Turn: ${text}` }).last();
  // The chat is open on a new desktop, and a desktop is shown again as it was. A new home's setup is there before it.
  await composer.or(setupOf(page)).first().waitFor();
  await leaveSetup(page);
  await composer.waitFor();
  return {
    page,
    turn,
    async say(text) {
      await composer.fill(text);
      await composer.press('Enter');
    },
    async finished(text) {
      const found = turn(text);
      await found.and(page.locator('[aria-busy="false"]')).waitFor({ timeout: 60_000 });
      return found;
    },
    window: (title) => page.getByRole('dialog', { name: title }),
    // Inert until its scripts have run.
    app: (title) => page.frameLocator(`iframe[title="${title}"]:not([inert])`),
  };
};

/** What a signed-in page proves itself by: the cookie, which its scripts can't read, and the key of its origin. */
export const proofOf = async (page: Page): Promise<{ cookie: string; headers: Record<string, string> }> => {
  const cookies = await page.context().cookies(page.url());
  const key = await page.evaluate(() => window.localStorage.getItem('matrix.page-key'));
  return {
    cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
    headers: { [PAGE_KEY_HEADER]: key ?? '' },
  };
};

/** Presses a button that counts no press while it moves, once it stands still; it goes away with the press. */
export const pressSettled = async (button: Locator): Promise<void> => {
  await button.focus();
  // The focus may have scrolled, which the page hears of with its next frame.
  await button.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await button.and(button.page().locator('[aria-disabled="false"]')).waitFor();
  await button.page().keyboard.press('Enter');
  await button.waitFor({ state: 'detached' });
};
