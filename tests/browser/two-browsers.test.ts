import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Desktop, signIn } from '../support/desktop.ts';
import { createModelServer, type ModelServer } from '../support/model-server/model-server.ts';
import { hold, reply, say, scene } from '../support/model-server/script.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

let model: ModelServer;
let os: RunningOs;
const browsers: Browser[] = [];
let left: Desktop;
let right: Desktop;
beforeAll(async () => {
  model = await createModelServer({
    script: [scene('a story', reply(say('Once upon a time '), hold('story'), say('it ended well.')))],
  });
  os = await startOs({
    environment: { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'sk-ant-test-key-1234' },
  });
  browsers.push(await launchBrowser(), await launchBrowser());
  const [first, second] = await Promise.all(
    browsers.map(async (browser) => signIn(await browser.newContext(), os)),
  );
  if (first === undefined || second === undefined) throw new Error('two browsers are needed');
  [left, right] = [first, second];
});
afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await os?.dispose();
  await model?.close();
});

it('shows a conversation in both as it happens', async () => {
  await left.say('tell me a story');
  await left.turn('tell me a story').getByText('Once upon a time').waitFor();
  await right.page
    .getByRole('button', { name: /Conversations/ })
    .first()
    .click();
  await right.page
    .getByRole('navigation', { name: 'Conversations' })
    .getByText(/tell me a story/i)
    .first()
    .click();
  await right.turn('tell me a story').getByText('Once upon a time').waitFor();
  model.gates.release('story');
  for (const desktop of [left, right]) {
    const turn = await desktop.finished('tell me a story');
    await turn.getByText('Once upon a time it ended well.', { exact: true }).waitFor();
  }
});

it('keeps one app in step in two windows of two browsers', async () => {
  await os.request('/api/apps', { method: 'POST', body: JSON.stringify({ name: 'todo' }) });
  for (const desktop of [left, right]) {
    await desktop.page.getByRole('button', { name: 'To-do' }).first().dblclick();
    await desktop.app('To-do').getByRole('textbox', { name: 'New task' }).waitFor();
  }
  const add = async (desktop: Desktop, text: string) => {
    const field = desktop.app('To-do').getByRole('textbox', { name: 'New task' });
    await field.fill(text);
    await field.press('Enter');
  };
  await add(left, 'from the left');
  await right.app('To-do').getByText('from the left').waitFor();
  await add(right, 'from the right');
  await left.app('To-do').getByText('from the right').waitFor();
  expect(await left.app('To-do').getByRole('listitem').count()).toBe(2);
});
