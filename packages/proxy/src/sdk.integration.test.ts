import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { afterEach, expect, it } from 'vitest';
import { createModelServer, type ModelServer } from '../../../tests/support/model-server/model-server.ts';
import {
  failing,
  hold,
  reply,
  type Script,
  say,
  scene,
  use,
} from '../../../tests/support/model-server/script.ts';
import { startProxy, type TestProxy } from './testing/proxy.ts';

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close();
});

const both = async (script: Script): Promise<{ model: ModelServer; proxy: TestProxy; key: string }> => {
  const model = await createModelServer({ script });
  const proxy = await startProxy({ upstreamUrl: model.url });
  running.push(model, proxy);
  return { model, proxy, key: (await proxy.createKey('alice')).key };
};
const ask = { model: 'claude-sonnet-4-6', max_tokens: 500 } as const;
const user = (content: string) => ({ role: 'user', content }) as const;

it('streams to the SDK, and books what the model reports', async () => {
  const answer = {
    ...reply(say('Grüße from the model, in more than one piece.')),
    tokens: { input: 1000, output: 200 },
  };
  const { proxy, key } = await both([scene('hello', answer)]);
  const client = new Anthropic({ apiKey: key, baseURL: proxy.url });
  const stream = client.messages.stream({ ...ask, messages: [user('hello')] });
  const deltas: string[] = [];
  stream.on('text', (text) => deltas.push(text));
  const message = await stream.finalMessage();
  expect(message.content).toMatchObject([
    { type: 'text', text: 'Grüße from the model, in more than one piece.' },
  ]);
  expect(deltas.length).toBeGreaterThan(1);
  await expect.poll(async () => (await proxy.usage('alice')).today.costUsd).toBe('0.006000000');
});

it('carries tools there and back, streamed and not, with a Bearer key', async () => {
  const script = [scene('weather', reply(use('weather', { city: 'Köln' }, 'toolu_1')), reply(say('Rain.')))];
  const { model, proxy, key } = await both(script);
  const client = new Anthropic({ authToken: key, apiKey: null, baseURL: proxy.url });
  const tools = [{ name: 'weather', description: 'Now', input_schema: { type: 'object' as const } }];
  const first = await client.messages.create({ ...ask, tools, messages: [user('weather?')] });
  expect(first.stop_reason).toBe('tool_use');
  expect(first.content).toMatchObject([{ type: 'tool_use', name: 'weather', input: { city: 'Köln' } }]);
  const second = await client.messages
    .stream({
      ...ask,
      tools,
      messages: [
        user('weather?'),
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'wet' }] },
      ],
    })
    .finalMessage();
  expect(second.content).toMatchObject([{ text: 'Rain.' }]);
  expect(model.requests.at(-1)?.toolResults).toMatchObject([{ text: 'wet' }]);
  await expect.poll(async () => (await proxy.usage('alice')).today.requests).toBe(2);
});

it("raises the model's errors as the SDK's own, and lets it try again by itself", async () => {
  const { proxy, key } = await both([
    scene('once', failing(529, { times: 1 })),
    scene('never', failing(400, { message: 'max_tokens: too large' })),
  ]);
  const client = new Anthropic({ apiKey: key, baseURL: proxy.url });
  const again = await client.messages.create({ ...ask, messages: [user('fail once')] });
  expect(again.content).toMatchObject([{ text: 'Back again.' }]);
  const refused = client.messages.create({ ...ask, messages: [user('never')] });
  await expect(refused).rejects.toThrow(Anthropic.BadRequestError);
  await expect(refused).rejects.toThrow('max_tokens: too large');
});

it('ends a stream that breaks off with an error that the SDK raises', async () => {
  const { proxy, key } = await both([scene('break', reply(say('Almost'), { type: 'disconnect' }))]);
  const client = new Anthropic({ apiKey: key, baseURL: proxy.url, maxRetries: 0 });
  await expect(client.messages.stream({ ...ask, messages: [user('break')] }).finalMessage()).rejects.toThrow(
    APIError,
  );
});

it('is told once, in words, that the limit is reached, and does not try again', async () => {
  const { model, proxy, key } = await both([scene('hello', reply(say('Hello.')))]);
  await proxy.setQuota('alice', { dailyLimitUsd: '0.0001' });
  const client = new Anthropic({ apiKey: key, baseURL: proxy.url, maxRetries: 5 });
  const error: unknown = await client.messages
    .create({ ...ask, messages: [user('hello')] })
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(Anthropic.RateLimitError);
  expect(String(error)).toMatch(/today's limit of \$0\.01.*resets at 00:00 .*add your own Anthropic key/);
  expect(model.requests).toHaveLength(0);
  const metrics = await (await proxy.admin('/metrics')).text();
  expect(metrics).toContain('matrix_proxy_refused_total{reason="spend"} 1');
});

it('lets a tenant pay itself, with its key beside ours', async () => {
  const { model, proxy, key } = await both([scene('hello', reply(say('Hello.')))]);
  await proxy.setQuota('alice', { dailyLimitUsd: 0 });
  const client = new Anthropic({
    apiKey: 'sk-ant-own',
    baseURL: proxy.url,
    defaultHeaders: { 'x-matrix-key': key },
  });
  await client.messages.create({ ...ask, messages: [user('hello')] });
  const headers = JSON.stringify(model.requests[0]?.headers);
  expect(headers).toContain('sk-ant-own');
  expect(headers).not.toMatch(/mxk_|sk-ant-shared/);
  await expect.poll(async () => (await proxy.usage('alice')).ownKey.requests).toBe(1);
  expect((await proxy.usage('alice')).today.requests).toBe(0);
});

it('charges a client that gives up in mid-stream, once the model is done', async () => {
  const answer = { ...reply(say('One. '), hold('gate'), say('Two.')), tokens: { input: 1000, output: 200 } };
  const { model, proxy, key } = await both([scene('hello', answer)]);
  const client = new Anthropic({ apiKey: key, baseURL: proxy.url });
  const stream = client.messages.stream({ ...ask, messages: [user('hello')] });
  await new Promise<void>((done) => stream.once('text', () => done()));
  const ended = stream.done().catch(() => {});
  stream.abort();
  await ended;
  await model.gates.reached('gate');
  model.gates.release('gate');
  await expect.poll(async () => (await proxy.usage('alice')).today.costUsd).toBe('0.006000000');
});
