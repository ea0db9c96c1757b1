import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Desktop, signIn } from '../support/desktop.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

let os: RunningOs;
let browser: Browser;
let desktop: Desktop;

beforeAll(async () => {
  browser = await launchBrowser();
  os = await startOs();
  desktop = await signIn(await browser.newContext(), os);
});
afterAll(async () => {
  await browser?.close();
  await os?.dispose();
});

it('takes no word for an app whose scripts are still under way, and says that it is opening', async () => {
  const { page } = desktop;
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route('**/app.js', async (route) => {
    if (!route.request().url().includes('@os')) await arrived;
    await route.continue();
  });

  await desktop.say('make me a todo list');
  // An app that is still being written is opened anew with each of its files.
  await desktop.finished('make me a todo list');
  const frame = page.locator('iframe[title="To-do"]');
  const field = frame.contentFrame().getByRole('textbox', { name: 'New task' });
  await field.waitFor({ state: 'attached' });
  await desktop.window('To-do').getByRole('status').filter({ hasText: 'Opening…' }).waitFor();
  // A person who is quicker than the scripts: nothing may take what is typed and forget it.
  const place = await field.boundingBox();
  if (place === null) throw new Error('the field has no place on the screen');
  await page.mouse.click(place.x + place.width / 2, place.y + place.height / 2);
  await page.keyboard.type('water the plants');
  await page.keyboard.press('Enter');
  expect(await field.inputValue()).toBe('');

  arrive();
  const app = desktop.app('To-do');
  await app.getByRole('textbox', { name: 'New task' }).fill('water the plants');
  await app.getByRole('textbox', { name: 'New task' }).press('Enter');
  await app.getByText('water the plants').waitFor();
  expect(await desktop.window('To-do').getByText('Opening…').count()).toBe(0);
});
