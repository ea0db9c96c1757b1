import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Desktop, signIn } from '../support/desktop.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

/** Asks for the terminal with every key that is pressed in it. */
const GREEDY = `<!doctype html><title>Greedy</title><script src="@os/app.js"></script>
<input aria-label="Word"><script>
window.addEventListener('keydown', () =>
  parent.postMessage({ matrix: 1, id: 1, op: 'shortcut', code: 'KeyT' }, '*'), { capture: true });
</script>`;
/** Names another key than the one that was pressed, and is quicker than the part of it that says the truth. */
const HASTY = `<!doctype html><title>Hasty</title><script>
window.addEventListener('keydown', ({ code }) => code === 'KeyF' &&
  parent.postMessage({ matrix: 1, id: 1, op: 'shortcut', code: 'KeyT' }, '*'), { capture: true });
</script><script src="@os/app.js"></script><input aria-label="Word">`;
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
    ['hasty', 'Hasty', HASTY],
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

/** As hands do it: the keys go down one after the other, and are let go a little later, or when they have done something. */
const hold = async (
  page: Page,
  down: readonly string[],
  up = down.toReversed(),
  done: () => Promise<unknown> = () => page.waitForTimeout(100),
) => {
  for (const key of down) await page.keyboard.down(key);
  await done();
  for (const key of up) await page.keyboard.up(key);
};
/** A computer that is busy may take longer than a short press to give the desktop the keyboard, to look who holds the keys. */
const taken = (page: Page, app: string) => () => expect.poll(() => focused(page)).not.toBe(app);
const press = (page: Page, app: string, key: string) =>
  hold(page, ['Control', 'Alt', key], undefined, taken(page, app));

it('works while an app has the keyboard, and gives it what the shortcut opened', async () => {
  await openApp('Plain');
  await press(desktop.page, 'Plain', 's');
  await desktop.window('Settings').waitFor();
  await expect.poll(() => focused(desktop.page)).not.toBe('Plain');
  await desktop.app('Plain').getByRole('textbox', { name: 'Word' }).focus();
  await press(desktop.page, 'Plain', 'Space');
  await desktop.page.getByRole('textbox', { name: 'Message' }).and(desktop.page.locator(':focus')).waitFor();
});

it('takes the keys in any order of letting go', async () => {
  await openApp('Plain');
  await hold(desktop.page, ['Control', 'Alt', 's'], ['Alt', 'Control', 's'], taken(desktop.page, 'Plain'));
  await desktop.window('Settings').waitFor();
});

it('gives the keyboard back to the app when its window stays in front', async () => {
  const word = await openApp('Plain');
  const frame = desktop.page
    .locator('section[role="dialog"]')
    .filter({ has: desktop.page.locator('iframe[title="Plain"]') });
  await press(desktop.page, 'Plain', 'Enter');
  await expect.poll(() => frame.getAttribute('data-full')).toBe('true');
  await expect.poll(() => focused(desktop.page)).toBe('Plain');
  await desktop.page.keyboard.type('still here');
  await expect.poll(() => word.inputValue()).toBe('still here');
});

it.each([
  ['typing', ['r'], ['m'], ['t']],
  ['Ctrl or Alt alone', ['Control'], ['Alt'], ['Control', 't']],
])('opens nothing for an app that only says so, while its owner is at %s', async (_what, ...pressed) => {
  await openApp('Greedy');
  for (const keys of pressed) {
    await hold(desktop.page, keys);
    await expect.poll(() => focused(desktop.page)).toBe('Greedy');
  }
  expect(await desktop.window('Terminal').count()).toBe(0);
});

it.each(['Greedy', 'Hasty'])(
  'opens what its owner has pressed, and not what the app says: %s',
  async (app) => {
    await openApp(app);
    await press(desktop.page, app, 'f');
    await desktop.window('Files').waitFor();
    expect(await desktop.window('Terminal').count()).toBe(0);
  },
);
