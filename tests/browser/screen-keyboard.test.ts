import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Desktop, desktopOf, signIn } from '../support/desktop.ts';
import { onOwnScreen } from '../support/own-screen.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';
import { setupOf } from '../support/setup.ts';
import { faintText, namelessControls } from './gallery.fixture.ts';

let os: RunningOs;
let browser: Browser;
beforeAll(async () => {
  // The shell reads no profile of whoever runs the tests, which may take long and say anything.
  [os, browser] = await Promise.all([startOs({ environment: { HOME: tmpdir() } }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await os?.dispose();
});

// Each story begins with the chat alone.
beforeEach(async () => {
  await os.request('/files/system/layout.json', { method: 'PUT', body: '{ "windows": [] }' });
});

// A small tablet, upright: there is little room left beside a keyboard.
const TABLET = { viewport: { width: 800, height: 600 }, hasTouch: true, reducedMotion: 'reduce' } as const;

const newContext = async (options: Parameters<Browser['newContext']>[0] = {}) => {
  const context = await browser.newContext({ ...TABLET, ...options });
  onTestFinished(() => context.close());
  return context;
};
/** A browser whose owner wants the keyboard always. */
const arrive = async (
  options: Parameters<Browser['newContext']>[0] = {},
  choices: object = { mode: 'always' },
): Promise<Desktop> => {
  const context = await newContext(options);
  await context.addInitScript(
    (text) => localStorage.setItem('matrix.keyboard', text),
    JSON.stringify(choices),
  );
  return signIn(context, os);
};
const keys = (page: Page): Locator => page.getByRole('group', { name: 'Screen keyboard' });
const tap = async (page: Page, ...names: string[]) => {
  for (const name of names) await keys(page).getByRole('button', { name, exact: true }).tap();
};
const bottom = async (locator: Locator): Promise<number> => {
  const box = await locator.boundingBox();
  return (box?.y ?? 0) + (box?.height ?? 0);
};
/** Seen, and above the keyboard. */
const inSight = async (page: Page, field: Locator) => {
  const top = async () => (await keys(page).boundingBox())?.y ?? 0;
  await expect.poll(async () => (await bottom(field)) <= (await top())).toBe(true);
  expect((await field.boundingBox())?.y).toBeGreaterThanOrEqual(0);
};
const openFromDock = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Dock' }).getByRole('button', { name, exact: true }).tap();

describe('the screen keyboard', () => {
  it('is switched on in the settings, for this browser', async () => {
    const { page, window } = await signIn(await newContext(), os);
    await page.getByRole('textbox', { name: 'Message' }).tap();
    await openFromDock(page, 'Settings');
    const shown = window('Settings').getByLabel('Shown');
    await shown.selectOption('always');
    await window('Settings').getByText('Holds for this browser only.').waitFor();
    await keys(page).waitFor({ state: 'detached' });
    await window('Settings').getByLabel('Model').tap();
    await tap(page, 'x');
    expect(await window('Settings').getByLabel('Model').inputValue()).toBe('x');
    await inSight(page, window('Settings').getByLabel('Model'));
    await shown.selectOption('never');
    await keys(page).waitFor({ state: 'detached' });
  });

  it('types into the chat, which keeps the caret and stays in sight', async () => {
    const { page, finished } = await arrive();
    const message = page.getByRole('textbox', { name: 'Message' });
    await message.tap();
    await inSight(page, message);
    await tap(
      page,
      'Shift',
      'H',
      'e',
      'l',
      'o',
      'Space',
      'Left',
      'Left',
      'l',
      'Right',
      'p',
      'q',
      'Backspace',
    );
    expect(await message.inputValue()).toBe('Hellop ');
    expect(await message.evaluate((field) => field === document.activeElement)).toBe(true);
    // A held key goes on by itself.
    const box = await keys(page).getByRole('button', { name: 'Backspace' }).boundingBox();
    await page.mouse.move((box?.x ?? 0) + 9, (box?.y ?? 0) + 9);
    await page.mouse.down();
    await expect.poll(() => message.inputValue()).toBe(' ');
    await page.mouse.up();
    await tap(page, 'Right', 'h', 'e', 'l', 'p', 'Enter');
    await finished('help');
    expect(await message.inputValue()).toBe('');
    await tap(page, 'Hide the keyboard');
    await keys(page).waitFor({ state: 'detached' });
    await message.tap();
    await tap(page, 'Numbers and symbols', '1', 'More symbols', 'opening curly bracket');
    expect(await message.inputValue()).toBe('1{');
  });

  it('types into an app in its frame, whose form it sends', async () => {
    await os.request('/api/apps', { method: 'POST', body: JSON.stringify({ name: 'todo' }) });
    const { page, app } = await arrive();
    await page.getByRole('list', { name: 'Apps' }).getByRole('button', { name: 'To-do' }).tap();
    const field = app('To-do').getByRole('textbox', { name: 'New task' });
    await field.tap();
    await tap(page, 'm', 'i', 'l', 'j', 'Backspace', 'k');
    expect(await field.inputValue()).toBe('milk');
    await inSight(page, field);
    await tap(page, 'Enter');
    await app('To-do').getByRole('listitem').filter({ hasText: 'milk' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('title'))).toBe('To-do');
    // Gone with the caret, back with it.
    await app('To-do').getByRole('checkbox').first().tap();
    await keys(page).waitFor({ state: 'detached' });
    await field.tap();
    await tap(page, 'a');
    // What is typed now goes to the chat, and none of it to the app. The button is where it was until the press is over.
    await page.getByRole('button', { name: 'Minimise To-do' }).click({ delay: 120 });
    await page.getByRole('button', { name: 'Minimise To-do' }).waitFor({ state: 'hidden' });
    await page.getByRole('textbox', { name: 'Message' }).tap();
    await tap(page, 'b');
    expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('b');
    expect(await app('To-do').locator('#text').inputValue()).toBe('a');
  });

  it('types into the terminal, with the keys that a shell needs', async () => {
    const { page, window } = await arrive();
    await openFromDock(page, 'Terminal');
    const screen = window('Terminal').locator('.xterm-screen');
    // A shell that still starts may throw away what is typed to it.
    const said = () => window('Terminal').locator('.xterm-rows').textContent();
    await expect.poll(said).toMatch(/[$#]/);
    await screen.tap();
    await keys(page).getByRole('button', { name: 'Control' }).waitFor();
    // What follows would go to cat, were it not for Ctrl+C.
    await tap(page, 'c', 'a', 't', 'Enter');
    await tap(page, 'Control', 'c');
    await expect.poll(said).toMatch(/cat\s*\^C/);
    await tap(page, 't', 'o', 'u', 'c', 'h', 'Space', 'q', 'Left', 'Right', 'Backspace', 'k', 'Enter');
    await expect.poll(() => readdir(os.home)).toContain('k');
  });

  it('is there for the setup, in the owner’s language', async () => {
    const fresh = await startOs();
    onTestFinished(() => fresh.dispose());
    const context = await newContext({ locale: 'de-DE' });
    await context.addInitScript(() => localStorage.setItem('matrix.keyboard', '{"mode":"always"}'));
    const page = await context.newPage();
    await page.goto(await fresh.newLink());
    const name = setupOf(page).getByRole('textbox', { name: 'What should it call you?' });
    await name.tap();
    await inSight(page, name);
    expect((await keys(page).getByRole('button').allTextContents()).join('')).toMatch(/^qwertzuiopü/);
    await tap(page, 'Shift', 'Z', 'o', 'e', 'Enter');
    await setupOf(page).getByRole('heading', { name: 'How shall it look?' }).waitFor();
    await keys(page).waitFor({ state: 'detached' });
    expect(await readFile(join(fresh.home, 'system/user.md'), 'utf8')).toContain('- Name: Zoe');
  });

  it('comes by itself only on the machine’s own screen, and goes when a real key is pressed', async () => {
    const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });
    const plain = await signIn(await newContext(), os);
    await message(plain.page).tap();
    await plain.page.getByRole('navigation', { name: 'Dock' }).waitFor();
    expect(await keys(plain.page).count()).toBe(0);

    // What the gateway of an appliance without a keyboard says; it is asked for the rest.
    const context = await newContext();
    let keyboard = false;
    const leave = await onOwnScreen(context, () => ({ keyboard }));
    const { page } = await signIn(context, os);
    // The setup was left with a real key; a page that is loaded anew knows nothing of it.
    await page.reload();
    await desktopOf(page);
    await message(page).tap();
    await tap(page, 'a');
    // One is plugged in, and taken away again.
    keyboard = true;
    await message(page).tap();
    await keys(page).waitFor({ state: 'detached' });
    keyboard = false;
    await message(page).tap();
    await tap(page, 'b');
    await page.keyboard.press('c');
    await keys(page).waitFor({ state: 'detached' });
    expect(await message(page).inputValue()).toBe('abc');
    await openFromDock(page, 'Settings');
    const settings = page.getByRole('dialog', { name: 'Settings' });
    await settings.getByLabel('Shown').selectOption('always');
    await settings.getByText('own screen.').waitFor();
    await expect
      .poll(async () => (await os.request('/files/system/keyboard.json')).text())
      .toContain('"mode": "always"');
    await leave();
  });

  it.each(['light', 'dark'] as const)('can be read and is named in %s', async (colorScheme) => {
    const { page } = await arrive({ colorScheme, viewport: { width: 400, height: 800 } });
    await page.getByRole('textbox', { name: 'Message' }).tap();
    for (const layer of ['Numbers and symbols', 'More symbols', 'Numbers and symbols', 'Letters']) {
      await keys(page).waitFor();
      expect(await namelessControls(page.mainFrame())).toEqual([]);
      expect(await faintText(page.mainFrame())).toEqual([]);
      expect(await keys(page).evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
      await tap(page, layer);
    }
  });
});
