import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { demo } from '../../../tests/support/model-server/demo.ts';
import { createTestKernel, type TestKernel } from './kernel.fixture.ts';
import { OWNER } from './principal.ts';

let os: TestKernel | undefined;
afterEach(async () => {
  await os?.close();
  os = undefined;
});

describe('a turn on the real engine', () => {
  test('builds an app, streams what it does, opens its window, and can be undone', async () => {
    os = await createTestKernel(demo);
    const { kernel, home } = os;
    const sent = await kernel.send(OWNER, { text: 'Please make me a dice app' });
    const answer = await sent.completed;
    expect(answer.text).toBe('Your dice app is ready.');
    await os.event('snapshot');

    expect(await readFile(join(home, 'apps/dice/index.html'), 'utf8')).toContain('@os/app.js');
    expect((await kernel.apps.list()).apps.map((app) => app.name)).toContain('dice');
    const events = os.events.map(({ event }) => event);
    expect(events[0]).toMatchObject({ type: 'start', engine: 'claude', text: 'Please make me a dice app' });
    expect(events.filter((event) => event.type === 'tool_start').map((event) => event.summary)).toEqual([
      'Writing apps/dice/index.html',
      'Writing apps/dice/matrix.json',
      'Open window: dice',
    ]);
    expect(events.filter((event) => event.type === 'tool_end').every((event) => event.ok)).toBe(true);
    expect(events).toContainEqual({ type: 'window', op: 'open', app: 'dice' });
    expect(events.at(-1)).toEqual({
      type: 'snapshot',
      files: ['apps/dice/index.html', 'apps/dice/matrix.json'],
    });
    expect(os.events.map(({ seq }) => seq)).toEqual(os.events.map((_, index) => index + 1));

    const [turn] = kernel.sessions.history(sent.session).turns;
    expect(turn).toMatchObject({
      status: 'done',
      undo: 'possible',
      costUsd: expect.stringMatching(/^0\.\d+$/),
    });
    expect(turn?.parts.map((part) => part.type)).toEqual(['text', 'tool', 'tool', 'tool', 'text']);

    await kernel.undo(sent.turn);
    await expect(readFile(join(home, 'apps/dice/index.html'))).rejects.toThrow('ENOENT');
    await kernel.redo(sent.turn);
    expect(await readFile(join(home, 'apps/dice/matrix.json'), 'utf8')).toContain('Dice');
  });
});

describe('without a key', () => {
  const none = { apiKey: undefined, baseUrl: undefined, model: undefined, executable: undefined };

  test('the built-in helper installs an app, opens it, and it can be undone', async () => {
    os = await createTestKernel([], { engine: none, autonomy: 'ask' });
    const sent = await os.kernel.send(OWNER, { text: 'make me a todo list' });
    await sent.completed;
    const { files } = await os.event('snapshot');
    expect(files).toContain('apps/todo/matrix.json');
    expect(os.events.map(({ event }) => event)).toContainEqual({ type: 'window', op: 'open', app: 'todo' });
    expect(await os.event('start')).toMatchObject({ engine: 'builtin' });
    expect(os.model.requests).toEqual([]);
    await os.kernel.undo(sent.turn);
    expect((await os.kernel.apps.list()).apps.map(({ name }) => name)).not.toContain('todo');
  });

  test('and hands over, in the same session, as soon as there is one', async () => {
    os = await createTestKernel([], { engine: none });
    const { url } = os.model;
    const first = await os.kernel.send(OWNER, { text: 'hello' });
    await first.completed;
    os = await os.restart({ engine: { ...none, baseUrl: url } });
    const second = await os.kernel.send(OWNER, { text: 'hello again', session: first.session });
    expect((await second.completed).text).toBe('You said: hello again');
    await os.kernel.settings.update({ engine: 'builtin' });
    const third = await os.kernel.send(OWNER, { text: 'hello again', session: first.session });
    await third.completed;
    const { turns } = os.kernel.sessions.history(first.session);
    expect(turns.map(({ engine }) => engine)).toEqual(['builtin', 'claude', 'builtin']);
  });
});

describe('the state directory', () => {
  test('serves one kernel at a time', async () => {
    os = await createTestKernel([]);
    const { state, home } = os;
    const second = createTestKernel([], { homePath: home, statePath: state });
    await expect(second).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('already'),
    });
  });

  test('is not in the home', async () => {
    os = await createTestKernel([]);
    const { home } = os;
    const inside = createTestKernel([], { homePath: home, statePath: join(home, 'documents/state') });
    await expect(inside).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
