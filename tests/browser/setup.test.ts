import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { desktopOf } from '../support/desktop.ts';
import { type RunningOs, type StartOptions, startOs } from '../support/running-os.ts';
import { setupOf } from '../support/setup.ts';
import { faintText, namelessControls, sidewaysScroll } from './gallery.fixture.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const start = async (options: StartOptions = {}): Promise<RunningOs> => {
  const os = await startOs(options);
  onTestFinished(() => os.dispose());
  return os;
};
const arrive = async (os: RunningOs, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> => {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(await os.newLink());
  await page.waitForURL(`${os.url}/`);
  return page;
};
const inHome = (os: RunningOs, path: string) => readFile(join(os.home, path), 'utf8');
const plan = async (os: RunningOs) => JSON.parse(await inHome(os, 'system/setup-plan.json')) as unknown;
const heading = (page: Page, name: string | RegExp) => setupOf(page).getByRole('heading', { name });
const focused = (page: Page, role: 'textbox' | 'radio' | 'button', name: string | RegExp) =>
  page.getByRole(role, { name }).and(page.locator(':focus')).waitFor();
/** What moves, or would with the next change. */
const moving = (page: Page) =>
  setupOf(page)
    .locator('*')
    .evaluateAll((all) =>
      all
        .filter((one) => {
          const { animationName, transitionProperty } = getComputedStyle(one);
          return animationName !== 'none' || transitionProperty !== 'none';
        })
        .map((one) => one.outerHTML.slice(0, 80)),
    );
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

describe('the first-run setup', () => {
  it('is gone through by keyboard alone, takes effect on disk, and does not come back', async () => {
    const first = await start();
    const page = await arrive(first, { colorScheme: 'light' });
    await focused(page, 'textbox', 'What should it call you?');
    await page.keyboard.type('Ada Lovelace');
    await press(page, 'Enter');

    await focused(page, 'radio', 'Like the system');
    // Shown at once, before anything is confirmed.
    await press(page, 'ArrowRight', 'ArrowRight');
    await page.locator('html[data-theme=dark]').waitFor();
    await press(page, 'Enter');

    await focused(page, 'radio', /built-in helper/);
    await press(page, 'Enter');

    await heading(page, 'All set, Ada Lovelace.').waitFor();
    expect(await moving(page), 'whoever wishes less motion has none').toEqual([]);
    await focused(page, 'button', 'Open the desktop');
    await press(page, 'Shift+Tab', 'Shift+Tab', 'Shift+Tab');
    await focused(page, 'button', 'Make me a to-do list');
    await press(page, 'Enter');

    const desktop = await desktopOf(page);
    await desktop.finished('Make me a to-do list');
    await desktop.window('To-do').waitFor();
    expect(await inHome(first, 'system/user.md')).toMatch(/^- Name: Ada Lovelace$/m);
    expect(JSON.parse(await inHome(first, 'system/theme.json'))).toMatchObject({ mode: 'dark' });
    expect(JSON.parse(await inHome(first, 'apps/todo/matrix.json'))).toMatchObject({ name: 'todo' });
    await expect.poll(() => plan(first)).toMatchObject({ state: 'done', at: expect.any(String) });

    const returns = async () => {
      await desktop.window('To-do').waitFor();
      await page.locator('html[data-theme=dark]').waitFor();
      expect(await setupOf(page).count()).toBe(0);
    };
    await page.reload();
    await returns();
    const ports = {
      gateway: Number(new URL(first.gatewayUrl).port),
      shell: Number(new URL(first.url).port),
    };
    expect(await first.stop()).toBe(0);
    await start({ home: first.home, state: first.state, ports });
    await page.reload();
    await returns();
  });

  it('is left with Escape, which gives the keyboard to the chat, and can be run again', async () => {
    const os = await start();
    const page = await arrive(os);
    await heading(page, 'Welcome to Matrix OS').waitFor();
    // What lies behind can't be reached meanwhile, and its shortcuts rest.
    await press(page, 'Control+Alt+s');
    expect(await page.getByRole('dialog', { name: 'Settings' }).count()).toBe(0);
    await press(page, 'Escape');
    await focused(page, 'textbox', 'Message');
    await expect.poll(() => plan(os)).toMatchObject({ state: 'skipped' });
    await page.reload();
    await desktopOf(page);
    expect(await setupOf(page).count()).toBe(0);

    await press(page, 'Control+Alt+s');
    await page.getByRole('button', { name: 'Run the setup again' }).click();
    await page.getByRole('textbox', { name: 'What should it call you?' }).fill('Grace');
    await setupOf(page).getByRole('button', { name: 'Continue' }).click();
    await heading(page, 'How shall it look?').waitFor();
    await setupOf(page).getByRole('button', { name: 'Skip' }).click();
    await setupOf(page).waitFor({ state: 'detached' });
    expect(await inHome(os, 'system/user.md')).toContain('- Name: Grace');
    expect(await plan(os)).toMatchObject({ state: 'skipped' });
  });

  it('says that a key is wrong, and takes one that is right', async () => {
    const endpoint = createServer((request, response) =>
      response.writeHead(request.headers['x-api-key'] === 'sk-ant-the-right-one' ? 200 : 401).end('{}'),
    ).listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    onTestFinished(() => void endpoint.close());
    // Reached without a key as well, so the choice is Claude from the start.
    const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
    const os = await start({ environment: { ANTHROPIC_BASE_URL: url } });
    const page = await arrive(os);
    await heading(page, 'Welcome to Matrix OS').waitFor();
    await press(page, 'Enter');
    await heading(page, 'How shall it look?').waitFor();
    await press(page, 'Enter');
    await focused(page, 'radio', /Claude/);
    await setupOf(page).getByText(url).waitFor();
    const field = setupOf(page).getByLabel('Anthropic API key');
    await field.fill('sk-ant-mistyped');
    await field.press('Enter');
    await setupOf(page).getByRole('alert').filter({ hasText: 'does not accept this key' }).waitFor();
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
    await field.fill('sk-ant-the-right-one');
    await field.press('Enter');
    await heading(page, 'All set.').waitFor();
    // Enter on the last step leaves, and the chat begins empty.
    await press(page, 'Enter');
    await focused(page, 'textbox', 'Message');
    const settings = await (await os.request('/api/settings')).json();
    expect(settings).toMatchObject({ activeEngine: 'claude', key: { hint: '-one', checked: true } });
  });

  it('asks for a key only from who chooses Claude, and keeps to the helper without one', async () => {
    const os = await start();
    const page = await arrive(os);
    await heading(page, 'Welcome to Matrix OS').waitFor();
    await press(page, 'Enter');
    await heading(page, 'How shall it look?').waitFor();
    await press(page, 'Enter');
    await focused(page, 'radio', /built-in helper/);
    await press(page, 'ArrowDown', 'Enter');
    // On to what the choice asks for, and no further without it.
    const field = setupOf(page).getByLabel('Anthropic API key');
    await field.and(page.locator(':focus')).waitFor();
    const alert = setupOf(page).getByRole('alert');
    await alert.filter({ hasText: 'Paste a key here first.' }).waitFor();
    await page.keyboard.type('short');
    await press(page, 'Enter');
    await alert.filter({ hasText: 'too short' }).waitFor();
    await press(page, 'Shift+Tab', 'ArrowUp', 'Enter');
    await heading(page, 'All set.').waitFor();
    expect(await (await os.request('/api/settings')).json()).toMatchObject({ engine: 'auto' });
  });

  it('brings up no keyboard that a finger has not asked for, and goes on with Enter', async () => {
    const os = await start();
    const page = await arrive(os, { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true });
    await focused(page, 'button', 'Continue');
    await press(page, 'Enter');
    await heading(page, 'How shall it look?').waitFor();
    await press(page, 'Escape');
    await setupOf(page).waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('TEXTAREA');
  });

  it('takes what is typed on a screen for fingers that has a keyboard too', async () => {
    const os = await start();
    const page = await arrive(os, { viewport: { width: 1280, height: 800 }, hasTouch: true, isMobile: true });
    await focused(page, 'button', 'Continue');
    await page.keyboard.type('Ada');
    expect(await page.getByRole('textbox', { name: 'What should it call you?' }).inputValue()).toBe('Ada');
    await press(page, 'Enter');
    await heading(page, 'How shall it look?').waitFor();
  });

  it('says when the settings can not be read, and goes on', async () => {
    const os = await start();
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    onTestFinished(() => context.close());
    await context.route('**/api/settings', (route) => route.abort());
    const page = await context.newPage();
    await page.goto(await os.newLink());
    await heading(page, 'Welcome to Matrix OS').waitFor();
    await press(page, 'Enter');
    await heading(page, 'How shall it look?').waitFor();
    await press(page, 'Enter');
    await setupOf(page).getByRole('alert').filter({ hasText: 'can’t be reached' }).waitFor();
    await focused(page, 'button', 'Continue');
    await press(page, 'Enter');
    await heading(page, 'All set.').waitFor();
  });

  it('leaves every screen when one has finished it, and bothers no home that is older than it', async () => {
    const os = await start();
    const [one, other] = [await arrive(os), await arrive(os)];
    for (const page of [one, other]) await setupOf(page).waitFor();
    await press(one, 'Escape');
    await setupOf(other).waitFor({ state: 'detached' });

    // As an earlier release left it.
    await writeFile(join(os.home, 'system/setup-plan.json'), '{ "version": 1, "steps": [] }');
    const later = await arrive(os);
    await later.getByRole('textbox', { name: 'Message' }).waitFor();
    expect(await setupOf(later).count()).toBe(0);
  });

  it('survives a damaged file, and says that it was set aside', async () => {
    const os = await start();
    await writeFile(join(os.home, 'system/setup-plan.json'), '{ "state": ');
    const told = async () => (await os.request('/api/notices')).text();
    await expect.poll(told).toContain('system/setup-plan.json could not be read');
    const page = await arrive(os);
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    expect(await setupOf(page).count()).toBe(0);
  });

  it.each([
    ['a phone', 'light', { width: 320, height: 560 }],
    ['a desk', 'dark', { width: 1280, height: 800 }],
  ] as const)('can be read and used on %s, %s', async (_where, colorScheme, viewport) => {
    const os = await start();
    const page = await arrive(os, { colorScheme, viewport });
    const setup = setupOf(page);
    const look = async (title: string | RegExp) => {
      await heading(page, title).waitFor();
      await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== 'running'));
      const frame = page.mainFrame();
      expect(await sidewaysScroll(frame)).toBe(0);
      expect(await setup.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
      expect(await namelessControls(frame)).toEqual([]);
      expect(await faintText(frame)).toEqual([]);
    };
    await look('Welcome to Matrix OS');
    await setup.getByRole('button', { name: 'Continue' }).click();
    await look('How shall it look?');
    await setup.getByRole('button', { name: 'Continue' }).click();
    await setup.getByRole('radio', { name: /Claude/ }).check();
    await setup.getByRole('button', { name: 'Continue' }).click();
    await setup.getByRole('alert').waitFor();
    await look('Who shall answer?');
    // What the choice asks for is not hidden behind the way on.
    const field = await setup.getByLabel('Anthropic API key').boundingBox();
    const main = await setup.getByRole('button', { name: 'Continue' }).boundingBox();
    expect((field?.y ?? 0) + (field?.height ?? 0)).toBeLessThanOrEqual(main?.y ?? 0);
    await setup.getByRole('radio', { name: /helper/ }).check();
    await setup.getByRole('button', { name: 'Continue' }).click();
    await look(/All set/);
  });
});
