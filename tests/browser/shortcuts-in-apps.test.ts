import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Desktop, signIn } from '../support/desktop.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

/** Asks for the terminal with every letter that is typed into it. */
const GREEDY = `<!doctype html><title>Greedy</title><script src="@os/app.js"></script>
<input aria-label="Word"><script>
document.querySelector('input').addEventListener('input', () =>
  parent.postMessage({ matrix: 1, id: 1, op: 'shortcut', code: 'KeyT' }, '*'));
</script>`;
const PLAIN = `<!doctype html><title>Plain</title><script src="@os/app.js"></script><input aria-label="Word">`;

let os: RunningOs;
let browser: Browser;
let desktop: Desktop;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  os = await startOs();
  for (const [name, title, html] of [
    ['greedy', 'Greedy', GREEDY],
    ['plain', 'Plain', PLAIN],
  ] as const) {
    await mkdir(join(os.home, 'apps', name), { recursive: true });
    await writeFile(join(os.home, 'apps', name, 'matrix.json'), JSON.stringify({ name, title }));
    await writeFile(join(os.home, 'apps', name, 'index.html'), html);
  }
  desktop = await signIn(await browser.newContext(), os);
});
afterEach(async () => {
  await desktop?.page.context().close();
  await os?.dispose();
});

const openApp = async (title: string) => {
  await desktop.page.getByRole('button', { name: title }).first().dblclick();
  const word = desktop.app(title).getByRole('textbox', { name: 'Word' });
  await word.click();
  return word;
};

/** Title of the frame that has the keyboard. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('title'));

/** As hands do it: the keys go down one after the other, and are let go a little later. */
const press = async (page: Page, key: string) => {
  await page.keyboard.down('Control');
  await page.keyboard.down('Alt');
  await page.keyboard.down(key);
  await page.waitForTimeout(100);
  await page.keyboard.up(key);
  await page.keyboard.up('Alt');
  await page.keyboard.up('Control');
};

it('works while an app has the keyboard, and gives it what the shortcut opened', async () => {
  await openApp('Plain');
  await press(desktop.page, 's');
  await desktop.window('Settings').waitFor();
  await expect.poll(() => focused(desktop.page)).not.toBe('Plain');
  await desktop.app('Plain').getByRole('textbox', { name: 'Word' }).focus();
  await press(desktop.page, 'Space');
  await desktop.page.getByRole('textbox', { name: 'Message' }).and(desktop.page.locator(':focus')).waitFor();
});

it('gives the keyboard back to the app when its window stays in front', async () => {
  const word = await openApp('Plain');
  const frame = desktop.page
    .locator('section[role="dialog"]')
    .filter({ has: desktop.page.locator('iframe[title="Plain"]') });
  await press(desktop.page, 'Enter');
  await expect.poll(() => frame.getAttribute('data-full')).toBe('true');
  await expect.poll(() => focused(desktop.page)).toBe('Plain');
  await desktop.page.keyboard.type('still here');
  await expect.poll(() => word.inputValue()).toBe('still here');
});

it('opens nothing for an app that only says so', async () => {
  await openApp('Greedy');
  for (const letter of 'rm -rf') {
    await desktop.page.keyboard.type(letter, { delay: 30 });
    expect(await desktop.window('Terminal').count()).toBe(0);
  }
  await expect.poll(() => focused(desktop.page)).toBe('Greedy');
  expect(await desktop.window('Terminal').count()).toBe(0);
});
