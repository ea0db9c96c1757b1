import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createModelServer, type ModelServer } from './model-server.ts';
import { failing, hold, reply, say, scene, use } from './script.ts';

let server: ModelServer;
beforeEach(async () => {
  server = await createModelServer();
});
afterEach(() => server.close());

const ask = (text: string, options: { stream?: boolean; more?: unknown[]; maxTokens?: number } = {}) =>
  fetch(`${server.url}/v1/messages`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'm',
      max_tokens: options.maxTokens ?? 100,
      stream: options.stream ?? false,
      messages: [
        { role: 'user', content: `<system-reminder>not this</system-reminder>${text}` },
        ...(options.more ?? []),
      ],
    }),
  });

describe('the scripted Messages API', () => {
  test('answers the step of the conversation that it is asked for', async () => {
    server.script([scene('build', reply(use('Write', { file_path: 'a' }, 'toolu_1')), reply(say('Built.')))]);
    expect(await (await ask('please build')).json()).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'Write', input: { file_path: 'a' } }],
    });
    const more = [
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'Write', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' }] },
    ];
    expect(await (await ask('please build', { more })).json()).toMatchObject({
      content: [{ text: 'Built.' }],
    });
    expect(server.requests.map(({ prompt, step }) => `${prompt} ${step}`)).toEqual([
      'please build 0',
      'please build 1',
    ]);
    expect(server.requests[1]?.toolResults).toEqual([{ id: 'toolu_1', text: 'ok', isError: false }]);
  });

  test('streams, and waits at a gate until it is released', async () => {
    server.script([scene('', reply(say('Before. '), hold('gate'), say('After.')))]);
    const response = await ask('go', { stream: true });
    const text = response.text();
    await server.gates.reached('gate');
    server.gates.release('gate');
    const events = (await text).split('\n\n').filter(Boolean);
    expect(events[0]).toContain('event: message_start');
    expect(events.at(-1)).toContain('message_stop');
    const said = events.flatMap((event) => /"text_delta","text":"([^"]*)"/.exec(event)?.[1] ?? []).join('');
    expect(said).toBe('Before. After.');
  });

  test('fails as often as it is told to', async () => {
    server.script([scene('', failing(529, { times: 1, retryAfterSeconds: 2 }))]);
    const first = await ask('go');
    expect([first.status, first.headers.get('retry-after')]).toEqual([529, '2']);
    expect(await first.json()).toMatchObject({ error: { type: 'overloaded_error' } });
    expect((await ask('go')).status).toBe(200);
  });

  test('cuts the connection, and notes who left early', async () => {
    server.script([scene('', { parts: [say('Half'), { type: 'disconnect' }, say('never')] })]);
    await expect(ask('go', { stream: true }).then((response) => response.text())).rejects.toThrow();
    server.script([scene('', { parts: [{ type: 'endless', text: 'on ', everyMs: 1 }] })]);
    const leaving = new AbortController();
    const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }] });
    const response = await fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      body,
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();
    await expect.poll(() => server.requests.at(-1)?.abandoned).toBe(true);
  });

  test('answers the program’s own questions without the script', async () => {
    server.script(() => {
      throw new Error('the script was asked');
    });
    expect((await ask('quota', { maxTokens: 1 })).status).toBe(200);
    expect(server.requests[0]?.side).toBe(true);
    expect((await fetch(server.url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${server.url}/v1/models`)).status).toBe(200);
    const count = await fetch(`${server.url}/v1/messages/count_tokens`, {
      method: 'POST',
      body: '{"messages":[]}',
    });
    expect(await count.json()).toEqual({ input_tokens: 4 });
    expect((await fetch(`${server.url}/v1/nonsense`)).status).toBe(404);
  });
});
