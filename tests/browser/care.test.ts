import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Desktop, signIn } from '../support/desktop.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

let os: RunningOs;
let browser: Browser;
let desktop: Desktop;
const complaints: string[] = [];

beforeAll(async () => {
  [os, browser] = await Promise.all([startOs(), launchBrowser()]);
  desktop = await signIn(await browser.newContext(), os);
  desktop.page.on('console', (message) => {
    // That a key or a layout is not there yet is an answer, though the browser counts it as an error.
    if (message.text().includes('status of 404')) return;
    if (message.type() === 'warning' || message.type() === 'error') complaints.push(message.text());
  });
  desktop.page.on('pageerror', (error) => complaints.push(String(error)));
});
afterAll(async () => {
  await browser?.close();
  await os?.dispose();
});

const message = () => desktop.page.getByRole('textbox', { name: 'Message' });
const focused = () => desktop.page.evaluate(() => document.activeElement?.getAttribute('title') ?? '');
/** Of one file, so that a test can tell them apart. */
const notices = () => desktop.page.getByRole('log', { name: 'Notices' });
const toast = (path: string) => notices().getByText(`${path} could not be read`);

it('gives the keyboard to an app that was asked for', async () => {
  await desktop.say('install notes');
  await desktop.window('Notes').waitFor();
  await expect.poll(focused).toBe('Notes');
});

it('takes no word from someone who is typing', async () => {
  await message().fill('install pomodoro');
  await message().press('Enter');
  await message().pressSequentially('and then');
  await desktop.app('Pomodoro').locator('body *').first().waitFor();
  await desktop.finished('install pomodoro');
  await message().pressSequentially(' this');
  expect(await message().inputValue()).toBe('and then this');
  expect(await message().evaluate((field) => field === document.activeElement)).toBe(true);
  await message().fill('');
});

it('shows a desktop again without moving the keyboard into an app', async () => {
  await expect
    .poll(async () => (await os.request('/files/system/layout.json')).text())
    .toContain('app:pomodoro');
  await desktop.page.reload();
  await desktop.app('Pomodoro').locator('body *').first().waitFor();
  await desktop.app('Notes').locator('body *').first().waitFor();
  expect(await focused()).toBe('');
});

it('undoes the removal of an app, data and all', async () => {
  await os.request('/api/apps/notes/data/kept', { method: 'PUT', body: '"still here"' });
  await desktop.page
    .getByRole('navigation', { name: 'Dock' })
    .getByRole('button', { name: 'Get apps' })
    .click();
  const card = desktop.window('Get apps').getByRole('listitem', { name: 'Notes' });
  await card.getByRole('button', { name: 'Remove', exact: true }).click();
  await card.getByRole('button', { name: 'Remove with its data' }).click();
  await card.getByRole('button', { name: 'Install' }).waitFor();
  await notices().getByRole('button', { name: 'Undo' }).click();
  await card.getByRole('button', { name: 'Open' }).click();
  await desktop.window('Notes').waitFor();
  expect(await (await os.request('/api/apps/notes/data/kept')).json()).toBe('still here');
});

it('sets damaged files aside, says so, and goes on', async () => {
  for (const path of ['system/theme.json', 'system/cron.json']) {
    await writeFile(join(os.home, path), '{"half": ');
    await toast(path).waitFor();
  }
  // No desktop is open that could write down its windows meanwhile.
  await desktop.page.goto('about:blank');
  await writeFile(join(os.home, 'system/layout.json'), '{"half": ');
  const kept = async () =>
    (await readdir(join(os.home, 'system'))).filter((name) => name.includes('.damaged-'));
  await expect.poll(kept).toHaveLength(3);

  // Where the windows were is lost with the layout, and nothing else.
  await desktop.page.goto(os.url);
  await desktop.page.getByRole('list', { name: 'Apps' }).getByRole('button', { name: 'Notes' }).click();
  await desktop.app('Notes').locator('body *').first().waitFor();

  await writeFile(join(os.home, 'apps/notes/matrix.json'), '{"name": ');
  await desktop
    .window('notes')
    .getByText(/matrix\.json is damaged/)
    .waitFor();
  expect((await fetch(`${os.gatewayUrl}/health`)).status).toBe(200);
});

it('tells what was noticed while nobody looked', async () => {
  await desktop.page.goto('about:blank');
  await writeFile(join(os.home, 'apps/notes/data/kept.json'), '{"half": ');
  expect((await os.request('/api/apps/notes/data/kept')).status).toBe(404);
  await writeFile(join(os.home, 'system/theme.json'), '{"half": ');
  const told = async () => (await os.request('/api/notices')).text();
  await expect.poll(told).toContain('apps/notes/data/kept.json could not be read');
  await expect.poll(told).toMatch(/theme\.json could not be read.*theme\.json could not be read/s);
  const later = await signIn(await browser.newContext(), os);
  const shown = later.page.getByRole('log', { name: 'Notices' });
  await shown.getByText('apps/notes/data/kept.json could not be read').waitFor();
  await shown.getByText('system/theme.json could not be read').waitFor();
  await later.page.context().close();
  await desktop.page.goto(os.url);
});

it('has left nothing in the browser’s console', () => expect(complaints).toEqual([]));
