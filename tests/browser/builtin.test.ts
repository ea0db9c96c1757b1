import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { signIn } from '../support/desktop.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

let os: RunningOs;
let browser: Browser;
beforeAll(async () => {
  [os, browser] = await Promise.all([startOs(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await os?.dispose();
});

it('makes a todo list without any key, and an item outlives a killed gateway and a restart', async () => {
  const context = await browser.newContext();
  const desktop = await signIn(context, os);
  await desktop.say('make me a todo list');
  await desktop.window('To-do').waitFor();
  expect(JSON.parse(await readFile(join(os.home, 'apps/todo/matrix.json'), 'utf8')).name).toBe('todo');

  const app = desktop.app('To-do');
  await app.getByRole('textbox', { name: 'New task' }).fill('water the plants');
  await app.getByRole('textbox', { name: 'New task' }).press('Enter');
  await app.getByText('water the plants').waitFor();
  const stored = async () => (await os.request('/api/apps/todo/data')).text();
  await expect.poll(stored).toContain('[');
  await expect
    .poll(async () => {
      const { keys } = (await (await os.request('/api/apps/todo/data')).json()) as { keys: string[] };
      const values = await Promise.all(
        keys.map(async (key) => (await os.request(`/api/apps/todo/data/${key}`)).text()),
      );
      return values.join();
    })
    .toContain('water the plants');

  const before = os.pidOf('gateway');
  process.kill(before, 'SIGKILL');
  await expect
    .poll(
      () =>
        fetch(`${os.gatewayUrl}/health`).then(
          (answer) => answer.status,
          () => 0,
        ),
      { timeout: 15_000 },
    )
    .toBe(200);
  await desktop.page.reload();
  await desktop.app('To-do').getByText('water the plants').waitFor();

  const ports = { gateway: Number(new URL(os.gatewayUrl).port), shell: Number(new URL(os.url).port) };
  expect(await os.stop()).toBe(0);
  const again = await startOs({ home: os.home, state: os.state, ports });
  try {
    await desktop.page.reload();
    await desktop.app('To-do').getByText('water the plants').waitFor();
    // The conversation is there as well, and still the owner's: nobody had to sign in again.
    await (await desktop.finished('make me a todo list')).waitFor();
  } finally {
    await again.dispose();
  }
  await context.close();
});
