import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Desktop, pressSettled, signIn } from '../support/desktop.ts';
import { demo } from '../support/model-server/demo.ts';
import { createModelServer, type ModelServer } from '../support/model-server/model-server.ts';
import { hold, reply, say, scene, use } from '../support/model-server/script.ts';
import { processTree } from '../support/processes.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

const SCRIPT = [
  ...demo,
  scene('count for ever', reply(say('One, two, '), hold('never'))),
  scene('in halves', reply(say('The first half, '), hold('halves'), say('and the second.'))),
  scene(
    'note for later',
    reply(use('Write', { file_path: 'documents/later.md', content: 'Call the dentist.\n' })),
    reply(say('Noted.')),
  ),
];

let model: ModelServer;
let os: RunningOs;
let browser: Browser;
let desktop: Desktop;
const environment = () => ({ ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'sk-ant-test-key-1234' });

beforeAll(async () => {
  model = await createModelServer({ script: SCRIPT });
  [os, browser] = await Promise.all([startOs({ environment: environment() }), launchBrowser()]);
  desktop = await signIn(await browser.newContext(), os);
});
afterAll(async () => {
  await browser?.close();
  await os?.dispose();
  await model?.close();
});

const exists = (path: string) =>
  access(join(os.home, path)).then(
    () => true,
    () => false,
  );

describe('with a model', () => {
  it('builds an app that no gallery has, and opens it when its files are there', async () => {
    await desktop.say('build me a dice app');
    await desktop.window('Dice').waitFor();
    expect(await exists('apps/dice/index.html')).toBe(true);
    const turn = await desktop.finished('build me a dice app');
    await turn.getByText('Your dice app is ready.').waitFor();
    // What the kernel did is told as it went.
    await turn
      .getByText(/apps\/dice\/index\.html/)
      .first()
      .waitFor();

    const app = desktop.app('Dice');
    await app.getByRole('button', { name: 'Roll' }).click();
    await expect.poll(async () => (await os.request('/api/apps/dice/data/last')).text()).toMatch(/^"[1-6]"$/);
  });

  it('goes on with the conversation, also after a restart', async () => {
    await desktop.say('thank you for the dice');
    await desktop.finished('thank you for the dice');
    const asked = await model.request((request) => request.prompt.includes('thank you for the dice'));
    expect(JSON.stringify(asked.messages)).toContain('build me a dice app');

    const ports = { gateway: Number(new URL(os.gatewayUrl).port), shell: Number(new URL(os.url).port) };
    expect(await os.stop()).toBe(0);
    const { home, state } = os;
    const first = os;
    os = await startOs({ home, state, ports, environment: environment() });
    const dispose = os.dispose;
    os = { ...os, dispose: () => dispose().then(() => first.dispose()) };
    await desktop.page.reload();
    await desktop.finished('thank you for the dice');
    await desktop.say('and once more after the restart');
    await desktop.finished('and once more after the restart');
    const later = await model.request((request) => request.prompt.includes('once more after the restart'));
    expect(JSON.stringify(later.messages)).toContain('build me a dice app');
  });

  it('misses nothing when the connection breaks in mid-sentence', async () => {
    await desktop.say('say it in halves');
    await desktop.turn('say it in halves').getByText('The first half,').waitFor();
    await model.gates.reached('halves');
    await desktop.page.context().setOffline(true);
    model.gates.release('halves');
    await desktop.page.context().setOffline(false);
    const turn = await desktop.finished('say it in halves');
    await turn.getByText('The first half, and the second.', { exact: true }).waitFor();
  });

  it('goes on when the page is closed, and shows the whole to the next one', async () => {
    await desktop.say('dice again please, slowly');
    const asked = await model.request((request) => request.prompt.includes('dice again please'));
    expect(asked.abandoned).toBe(false);
    const context = desktop.page.context();
    await desktop.page.close();
    model.gates.release('slow');
    const page = await context.newPage();
    await page.goto(os.url);
    const { desktopOf } = await import('../support/desktop.ts');
    desktop = await desktopOf(page);
    await desktop.finished('dice again please, slowly');
  });

  it('stops when told to, and leaves no process behind', async () => {
    await desktop.say('count for ever');
    await desktop.turn('count for ever').getByText('One, two,').waitFor();
    const engines = () => processTree(os.pidOf('gateway')).length - 1;
    expect(engines()).toBeGreaterThan(0);
    await desktop.page.getByRole('button', { name: 'Stop' }).click();
    const turn = await desktop.finished('count for ever');
    await turn.getByText('Stopped.').waitFor();
    await expect.poll(engines).toBe(0);
  });

  it('undoes a turn and does it again', async () => {
    await desktop.say('make a note for later');
    const turn = await desktop.finished('make a note for later');
    await turn.getByRole('button', { name: 'Undo' }).click();
    await turn.getByRole('button', { name: 'Redo' }).waitFor();
    expect(await exists('documents/later.md')).toBe(false);
    await turn.getByRole('button', { name: 'Redo' }).click();
    await turn.getByRole('button', { name: 'Undo' }).waitFor();
    expect(await readFile(join(os.home, 'documents/later.md'), 'utf8')).toBe('Call the dentist.\n');
  });

  it('asks before it runs a command, and heeds a no', async () => {
    await desktop.say('run a command');
    const turn = desktop.turn('run a command');
    const card = turn.getByRole('region', { name: /^Approval/ });
    await card.getByText('echo hello from the shell').first().waitFor();
    // All of it can be seen, however long the command.
    expect(await card.evaluate((shown) => shown.getBoundingClientRect().right)).toBeLessThanOrEqual(
      await turn.evaluate((around) => around.getBoundingClientRect().right),
    );
    await pressSettled(card.getByRole('button', { name: /deny|don.t allow/i }));
    await desktop.finished('run a command');
    const told = await model.request(
      (request) => request.prompt.includes('run a command') && request.toolResults.length > 0,
    );
    expect(told.toolResults[0]?.isError).toBe(true);
    expect(told.toolResults[0]?.text).not.toBe('hello from the shell');
  });
});
