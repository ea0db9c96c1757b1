import { EventEnvelope, MessageAccepted, MessageResponse, Problem, SessionList } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { createTestApp } from '../testing/test-app.ts';

const parseStream = (text: string) =>
  text
    .split('\n\n')
    .filter((block) => block.startsWith('id:'))
    .map((block) => {
      const [id = '', event = '', data = ''] = block
        .split('\n')
        .map((line) => line.slice(line.indexOf(':') + 2));
      return { id: Number(id), event, envelope: EventEnvelope.parse(JSON.parse(data)) };
    });

describe('a message', () => {
  it('is answered in full, or at once when asked so', async () => {
    const { postJson, request } = await createTestApp();
    const answer = await postJson('/api/message', { text: 'hello' });
    expect(MessageResponse.parse(await answer.json()).text).toBe('you said: hello');
    const early = await postJson('/api/message', { text: 'hello' }, { prefer: 'respond-async, wait=1' });
    expect(early.status).toBe(202);
    const { session } = MessageAccepted.parse(await early.json());
    const { sessions } = SessionList.parse(await (await request('/api/sessions')).json());
    expect(sessions.map(({ id }) => id)).toContain(session);
  });

  it('streams exactly its own turn’s events, the first one included', async () => {
    const finish = Promise.withResolvers<void>();
    const { postJson, kernel } = await createTestApp({
      answer: async (text, emit) => {
        emit({ type: 'text', delta: 'one ' });
        await finish.promise;
        emit({ type: 'text', delta: 'two' });
        return text;
      },
    });
    const answer = await postJson('/api/message', { text: 'count' }, { accept: 'text/event-stream' });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    kernel.notice('info', 'meanwhile', 'something else');
    finish.resolve();
    const events = parseStream(await answer.text());
    expect(events.map(({ event }) => event)).toEqual(['start', 'text', 'text', 'result']);
    expect(events.map(({ id, envelope }) => id === envelope.seq)).not.toContain(false);
  });

  it('goes on from the last event when it is sent again, without a second turn', async () => {
    const finish = Promise.withResolvers<void>();
    let turns = 0;
    const { postJson } = await createTestApp({
      answer: async (text, emit) => {
        turns++;
        emit({ type: 'text', delta: 'one' });
        await finish.promise;
        emit({ type: 'text', delta: 'two' });
        return text;
      },
    });
    const message = { text: 'count', id: 'the-same-message' };
    const stream = (headers = {}) =>
      postJson('/api/message', message, { accept: 'text/event-stream', ...headers });
    const first = await stream();
    await first.body?.cancel();
    const second = await stream({ 'last-event-id': '2' });
    const third = await stream();
    finish.resolve();
    const tail = parseStream(await second.text()).map(({ id, event }) => [id, event]);
    expect(tail).toEqual([
      [3, 'text'],
      [4, 'result'],
    ]);
    expect(parseStream(await third.text()).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(turns).toBe(1);
  });

  it.each([
    'alice',
    'owner',
    'OWNER',
    'own\u0435r',
    ' owner',
    'owner\u200b',
    '',
    'system',
    null,
    7,
    true,
    {},
    ['owner'],
    { kind: 'owner' },
  ])('that says it is from %j is refused, whoever is signed in', async (from) => {
    const { postJson, anonymous, signIn, kernel } = await createTestApp();
    const body = JSON.stringify({ text: 'hi', from });
    const browser = await signIn();
    const byBrowser = await anonymous('/api/message', { method: 'POST', body, headers: browser });
    for (const answer of [await postJson('/api/message', { text: 'hi', from }), byBrowser]) {
      expect(answer.status).toBe(403);
      expect(Problem.parse(await answer.json()).detail).toContain('Leave "from" out');
    }
    expect((await anonymous('/api/message', { method: 'POST', body })).status).toBe(401);
    expect(kernel.sessions.list()).toEqual([]);
  });

  it.each(['From', 'FROM', 'sender', 'principal', '__proto__'])(
    'has no other way to say it: %s',
    async (name) => {
      const { request, kernel } = await createTestApp();
      const body = `{"text":"hi","${name}":{"from":"alice","kind":"visitor"}}`;
      expect((await request('/api/message', { method: 'POST', body })).status).toBe(400);
      expect(kernel.sessions.list()).toEqual([]);
    },
  );

  it('is the owner’s when the owner’s browser or program sends it', async () => {
    const { postJson, anonymous, signIn, kernel } = await createTestApp();
    await postJson('/api/message', { text: 'hi' });
    const init = { method: 'POST', body: '{"text":"hi"}', headers: await signIn() };
    expect((await anonymous('/api/message', init)).status).toBe(200);
    expect(kernel.sessions.list().map(({ from }) => from)).toEqual(['owner', 'owner']);
  });
});
