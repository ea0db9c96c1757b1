import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { demo } from '../../../tests/support/model-server/demo.ts';
import { createTestKernel, type TestKernel } from './kernel.fixture.ts';

let os: TestKernel | undefined;
afterEach(async () => {
  await os?.close();
  os = undefined;
});

describe('a turn on the real engine', () => {
  test('builds an app, streams what it does, opens its window, and can be undone', async () => {
    os = await createTestKernel(demo);
    const { kernel, home } = os;
    const sent = await kernel.send({ text: 'Please make me a dice app' });
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
