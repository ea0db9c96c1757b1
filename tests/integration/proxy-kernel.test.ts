import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createTestKernel, type TestKernel } from '../../packages/kernel/src/kernel.fixture.ts';
import { startProxy, type TestProxy } from '../../packages/proxy/src/testing/index.ts';
import { createModelServer, type ModelServer } from '../support/model-server/model-server.ts';
import { reply, type Script, say, scene, use } from '../support/model-server/script.ts';

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close();
});

/** An OS whose real engine (the Claude Agent SDK and its program) has the proxy for its endpoint. */
const osBehindProxy = async (
  script: Script,
  quota: Record<string, unknown>,
): Promise<{ os: TestKernel; proxy: TestProxy; model: ModelServer }> => {
  const model = await createModelServer({ script });
  const proxy = await startProxy({ upstreamUrl: model.url });
  running.push(model, proxy);
  const { key } = await proxy.createKey('alice');
  await proxy.setQuota('alice', quota);
  const engine = { apiKey: key, baseUrl: proxy.url, model: undefined, executable: undefined };
  const os = await createTestKernel([], { engine });
  running.push(os);
  return { os, proxy, model };
};

it('lets an OS work through the proxy as with the real API: a tool, its result, the answer', async () => {
  const { os, proxy, model } = await osBehindProxy(
    (request) =>
      request.prompt.includes('note')
        ? request.step === 0
          ? reply(use('Write', { file_path: join(os.home, 'documents', 'note.md'), content: 'Milk' }))
          : { ...reply(say('Noted.')), tokens: { input: 3000, output: 40, cacheRead: 2000, cacheWrite: 500 } }
        : undefined,
    { dailyLimitUsd: 100 },
  );
  const { completed } = await os.kernel.send({ text: 'Make a note: milk' });
  expect((await completed).text).toContain('Noted.');
  expect(await readFile(join(os.home, 'documents', 'note.md'), 'utf8')).toContain('Milk');
  expect(model.requests.every((request) => request.headers['x-api-key'] === 'sk-ant-shared')).toBe(true);
  // Claude Code's betas reach the model: nothing is dropped by a list of known ones.
  expect(model.requests.some((request) => String(request.headers['anthropic-beta'] ?? '').length > 0)).toBe(
    true,
  );
  await expect.poll(async () => (await proxy.usage('alice')).limits.daily?.reservedUsd).toBe('0.000000000');
  const { today } = await proxy.usage('alice');
  expect(today.requests).toBe(model.requests.length);
  expect(today.cacheReadTokens).toBeGreaterThanOrEqual(2000);
  expect(Number(today.costUsd)).toBeGreaterThan(0);
});

it('ends the turn when the limit is reached, without asking the model', async () => {
  const { os, proxy, model } = await osBehindProxy([scene('hello', reply(say('Hello.')))], {
    dailyLimitUsd: 0,
  });
  const { completed } = await os.kernel.send({ text: 'hello' });
  await completed.catch(() => {});
  expect(await os.event('error')).toMatchObject({ code: 'rate_limited' });
  expect(model.requests).toHaveLength(0);
  expect((await proxy.usage('alice')).today.costUsd).toBe('0.000000000');
});
