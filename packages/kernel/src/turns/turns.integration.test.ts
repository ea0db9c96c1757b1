import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { endless } from '../../../../tests/support/model-server/endless.ts';
import { failing, hold, reply, say, scene, use } from '../../../../tests/support/model-server/script.ts';
import { createTestKernel, processesNaming, type TestKernel } from '../kernel.fixture.ts';
import { OWNER, type Principal } from '../principal.ts';

let os: TestKernel | undefined;
afterEach(async () => {
  await os?.close();
  os = undefined;
});

const textOf = (kernel: TestKernel): string =>
  kernel.events.map(({ event }) => (event.type === 'text' ? event.delta : '')).join('');

describe('streaming', () => {
  test('shows words while the model still speaks', async () => {
    os = await createTestKernel([
      scene('', reply(say('The first half, '), hold('middle'), say('the second.'))),
    ]);
    const sent = await os.kernel.send(OWNER, { text: 'speak' });
    await os.event('text', () => textOf(os as TestKernel) === 'The first half, ');
    expect(os.kernel.sessions.history(sent.session).turns[0]?.parts).toEqual([
      { type: 'text', text: 'The first half, ' },
    ]);
    os.model.gates.release('middle');
    expect((await sent.completed).text).toBe('The first half, the second.');
    expect(textOf(os)).toBe('The first half, the second.');
  });
});

describe('a conversation', () => {
  test('goes on with the next message and after a restart, and adds up what it cost', async () => {
    os = await createTestKernel([]);
    const first = await os.kernel.send(OWNER, { text: 'My name is Ada.' });
    await first.completed;
    const second = await os.kernel.send(OWNER, { text: 'What did I say?', session: first.session });
    await second.completed;
    os = await os.restart();
    const third = await os.kernel.send(OWNER, { text: 'And before that?', session: first.session });
    await third.completed;

    const last = os.model.requests.at(-1);
    const conversation = JSON.stringify(last?.messages);
    expect(conversation).toContain('My name is Ada.');
    expect(conversation).toContain('What did I say?');
    const { turns } = os.kernel.sessions.history(first.session);
    expect(turns.map((turn) => turn.status)).toEqual(['done', 'done', 'done']);
    // The SDK's totals run on through the conversation; each turn must only tell its own.
    const sent = os.model.requests.map((request) => Math.ceil(JSON.stringify(request.messages).length / 4));
    expect(turns.map((turn) => turn.usage?.inputTokens)).toEqual(sent);
    expect(os.kernel.sessions.list()).toMatchObject([
      { id: first.session, title: 'My name is Ada.', busy: false },
    ]);
  });

  test('forgets a removed session, the transcript included', async () => {
    os = await createTestKernel([]);
    const sent = await os.kernel.send(OWNER, { text: 'The word is xylophone.' });
    await sent.completed;
    await os.kernel.sessions.remove(sent.session);
    expect(os.kernel.sessions.list()).toEqual([]);
    const { state } = os;
    os = await os.restart();
    const found = await promisify(execFile)('grep', ['-rl', 'xylophone', state]).catch(({ stdout }) => ({
      stdout,
    }));
    expect(found.stdout).toBe('');
  });

  test('answers the same id once', async () => {
    os = await createTestKernel([]);
    const first = await os.kernel.send(OWNER, { text: 'hello', id: 'message-1' });
    const again = await os.kernel.send(OWNER, { text: 'hello', id: 'message-1' });
    expect(again.turn).toBe(first.turn);
    expect(await again.completed).toEqual(await first.completed);
    const later = await os.kernel.send(OWNER, { text: 'hello', id: 'message-1' });
    expect(await later.completed).toEqual(await first.completed);
    expect(os.model.requests).toHaveLength(1);
  });
});

describe('cancelling', () => {
  test('ends every process of the turn, also one that hides', async () => {
    // Seconds that nobody else on this machine sleeps.
    const [hidden, plain] = [`300.${process.pid}`, `301.${process.pid}`];
    const command = `setsid sh -c "sleep ${hidden}; true" & sleep ${plain}`;
    os = await createTestKernel([
      scene('', reply(say('Starting.'), use('Bash', { command, description: 'Wait' })), reply(say('never'))),
    ]);
    const sent = await os.kernel.send(OWNER, { text: 'wait' });
    await os.event('tool_start');
    while ((await processesNaming(`sleep\u0000${hidden}`)).length === 0) await wait(20);
    await os.kernel.cancel(sent.turn);
    expect(await processesNaming(`sleep\u0000${hidden}`)).toEqual([]);
    expect(await processesNaming(`sleep\u0000${plain}`)).toEqual([]);
    // The OS's own git names the state too, for a moment.
    await expect.poll(() => processesNaming(os?.state ?? '')).toEqual([]);
    expect(os.events.at(-1)?.event).toMatchObject({ type: 'result', stop: 'cancelled', text: 'Starting.' });
    expect((await sent.completed).text).toBe('Starting.');

    const next = await os.kernel.send(OWNER, { text: 'go on', session: sent.session });
    os.model.script([scene('go on', reply(say('Here I am.')))]);
    expect((await next.completed).text).toBe('Here I am.');
    expect(JSON.stringify(os.model.requests.at(-1)?.messages)).toContain('Starting.');
  });

  test('stops a model that never stops', async () => {
    os = await createTestKernel([endless]);
    const sent = await os.kernel.send(OWNER, { text: 'endless' });
    await os.event('text', () => textOf(os as TestKernel).length > 100);
    const asked = performance.now();
    await os.kernel.cancel(sent.turn);
    expect(performance.now() - asked).toBeLessThan(15_000);
    // The OS's own git names the state too, for a moment.
    await expect.poll(() => processesNaming(os?.state ?? '')).toEqual([]);
    expect(os.events.at(-1)?.event).toMatchObject({ type: 'result', stop: 'cancelled' });
  });

  test('leaves a turn that is over as it is, and knows no turn that never was', async () => {
    os = await createTestKernel([]);
    const sent = await os.kernel.send(OWNER, { text: 'hello' });
    await sent.completed;
    await os.kernel.cancel(sent.turn);
    expect(os.kernel.sessions.history(sent.session).turns[0]?.status).toBe('done');
    await expect(os.kernel.cancel('trn_000000000000000000000')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the queue', () => {
  test('runs five at once, one per session, and shows who waits', async () => {
    os = await createTestKernel([scene('', reply(hold('gate'), say('done')))]);
    const { kernel, model } = os;
    const states: string[] = [];
    kernel.onQueue(({ running, waiting }) => states.push(`${running.length}+${waiting.length}`));
    const sent = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
      sent.push(await kernel.send(OWNER, { text: `${name}` }));
    const second = await kernel.send(OWNER, { text: 'a again', session: sent[0]?.session ?? '' });
    expect(states.at(-1)).toBe('5+2');
    expect(kernel.queue().waiting.map(({ turn }) => turn)).toEqual([sent[5]?.turn, second.turn]);
    await os.event('queued', ({ position }, { turn }) => position === 2 && turn === second.turn);

    const waitingTurn = sent[5]?.turn ?? '';
    await kernel.cancel(waitingTurn);
    expect(os.events.at(-1)).toMatchObject({ turn: second.turn, event: { type: 'queued', position: 1 } });
    expect(kernel.sessions.history(sent[5]?.session ?? '').turns[0]?.status).toBe('cancelled');
    await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => model.request(({ prompt }) => prompt === name)),
    );
    expect(model.requests).toHaveLength(5);
    model.gates.release('gate');
    const idle = new Promise<void>((resolve) => {
      kernel.onQueue(({ running }) => running.length === 0 && resolve());
    });
    await Promise.all([...sent, second].map(({ completed }) => completed));
    await idle;
    expect(kernel.queue()).toEqual({ limit: 5, running: [], waiting: [] });
  });
});

describe('visitors', () => {
  test('wait among themselves, only so many, and take no place from the owner', async () => {
    os = await createTestKernel([scene('', reply(hold('gate'), say('done')))]);
    const { kernel, model } = os;
    const visitor = (handle: string): Principal => ({ kind: 'visitor', handle, proof: 'test' });
    const sent = [];
    for (let i = 0; i < 22; i++)
      sent.push(await kernel.send(visitor(`v${i}`), { text: 'hi', id: 'message-1' }));
    expect(kernel.queue()).toMatchObject({ running: { length: 2 }, waiting: { length: 20 } });
    await expect(kernel.send(visitor('late'), { text: 'hi' })).rejects.toMatchObject({
      code: 'rate_limited',
    });
    expect(kernel.sessions.list()).toHaveLength(22);
    // One that was taken in already is none more.
    expect((await kernel.send(visitor('v21'), { text: 'hi', id: 'message-1' })).turn).toBe(sent[21]?.turn);
    const own: Awaited<ReturnType<typeof kernel.send>>[] = [];
    for (const text of ['a', 'b', 'c', 'd', 'e']) own.push(await kernel.send(OWNER, { text }));
    expect(kernel.queue().running).toHaveLength(7);
    await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => model.request(({ prompt }) => prompt === name)),
    );
    expect(
      os.events.filter(({ turn }) => own.some((one) => one.turn === turn)).map(({ event }) => event.type),
    ).not.toContain('queued');
    await Promise.all(sent.slice(2).map(({ turn }) => kernel.cancel(turn)));
    model.gates.release('gate');
    await Promise.all(own.map(({ completed }) => completed));
  });
});

describe('failures of the model', () => {
  test.each([
    { status: 401, code: 'key_refused', hint: 'Settings' },
    { status: 429, code: 'rate_limited', hint: 'Wait' },
    { status: 529, code: 'overloaded', hint: 'again' },
    { status: 500, code: 'endpoint_broken', hint: 'again' },
    { status: 404, code: 'model_not_found', hint: 'model' },
    { status: 402, code: 'no_credit', hint: 'credit' },
  ])('$status becomes $code, with what to do', async ({ status, code, hint }) => {
    os = await createTestKernel([scene('', failing(status, { retryAfterSeconds: 0 }))]);
    const sent = await os.kernel.send(OWNER, { text: 'hello' });
    await expect(sent.completed).rejects.toMatchObject({ code: 'unavailable' });
    expect(await os.event('error')).toMatchObject({ code, hint: expect.stringContaining(hint) });
    expect(os.kernel.sessions.history(sent.session).turns[0]).toMatchObject({
      status: 'failed',
      error: { code },
    });
  });

  test('a moment of overload is told and overcome', async () => {
    os = await createTestKernel([scene('', failing(529, { times: 1, retryAfterSeconds: 0 }))]);
    const sent = await os.kernel.send(OWNER, { text: 'hello' });
    expect((await sent.completed).text).toBe('Back again.');
    expect(await os.event('notice')).toMatchObject({ title: 'Trying again' });
  });

  test('a connection cut in mid-stream is taken up again', async () => {
    os = await createTestKernel([
      scene('', { parts: [say('Half a '), { type: 'disconnect', times: 1 }, say('sentence.')] }),
    ]);
    const sent = await os.kernel.send(OWNER, { text: 'hello' });
    expect((await sent.completed).text).toContain('sentence.');
  });

  test('no server at all', async () => {
    os = await createTestKernel([], {
      engine: {
        apiKey: 'sk-test-0123456789',
        baseUrl: 'http://127.0.0.1:9',
        model: undefined,
        executable: undefined,
      },
    });
    const sent = await os.kernel.send(OWNER, { text: 'hello' });
    await expect(sent.completed).rejects.toThrow('network');
    expect(await os.event('error')).toMatchObject({ code: 'unreachable' });
  });
});
