import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { signIn } from '../support/desktop.ts';
import { createModelServer, type ModelServer } from '../support/model-server/model-server.ts';
import { reply, say, scene } from '../support/model-server/script.ts';
import { onOwnScreen } from '../support/own-screen.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

const ADDRESS = 'https://example.org/paper?page=2';

let model: ModelServer;
let os: RunningOs;
let browser: Browser;

beforeAll(async () => {
  model = await createModelServer({
    script: [scene('where is it', reply(say(`Read [the paper](${ADDRESS}).`)))],
  });
  const environment = { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'sk-ant-test-key-1234' };
  [os, browser] = await Promise.all([startOs({ environment }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await os?.dispose();
  await model?.close();
});

it('opens a link beside the desktop, and copies it where there is nothing beside the desktop', async () => {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  // Nothing leaves this machine.
  await context.route('https://example.org/**', (route) => route.fulfill({ body: 'the paper' }));
  const desktop = await signIn(context, os);
  await desktop.say('where is it');
  const link = (await desktop.finished('where is it')).getByRole('link', { name: 'the paper' });
  const [opened] = await Promise.all([context.waitForEvent('page'), link.click()]);
  await opened.waitForURL(ADDRESS);
  await opened.close();

  // The page of a machine's own screen asks when it is loaded.
  const leave = await onOwnScreen(context, () => ({ keyboard: true }));
  const asked = desktop.page.waitForResponse('**/api/system');
  await desktop.page.reload();
  await asked;
  const again = (await desktop.finished('where is it')).getByRole('link', { name: 'the paper' });
  await again.click();
  await desktop.page.getByRole('log', { name: 'Notices' }).getByText('The address is copied').waitFor();
  expect(await desktop.page.evaluate(() => navigator.clipboard.readText())).toBe(ADDRESS);
  expect(context.pages()).toHaveLength(1);
  await leave();
  await context.close();
});
