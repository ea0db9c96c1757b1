import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProxyNotices } from '@matrix-os/contracts';
import { afterEach, expect, it } from 'vitest';
import { createTestKernel, type TestKernel } from '../../packages/kernel/src/kernel.fixture.ts';
import { OWNER } from '../../packages/kernel/src/principal.ts';
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
  const { completed } = await os.kernel.send(OWNER, { text: 'Make a note: milk' });
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
  const { completed } = await os.kernel.send(OWNER, { text: 'hello' });
  await completed.catch(() => {});
  expect(await os.event('error')).toMatchObject({ code: 'rate_limited' });
  expect(model.requests).toHaveLength(0);
  expect((await proxy.usage('alice')).today.costUsd).toBe('0.000000000');
});

it('tells the owner once that a limit is near, and once that it is reached, also after a restart', async () => {
  const { os, proxy } = await osBehindProxy(
    [
      scene('costly', { ...reply(say('Done.')), tokens: { input: 1000, output: 1_000_000 } }),
      scene('cheap', reply(say('Done.'))),
    ],
    { dailyLimitUsd: 1_000_000 },
  );
  const noticedByProxy = async (percent: number): Promise<boolean> => {
    const { notices } = ProxyNotices.parse(await (await proxy.admin('/notices')).json());
    return notices.some((notice) => notice.percent === percent);
  };
  const take = async (one: TestKernel, text: string): Promise<void> => {
    await (await one.kernel.send(OWNER, { text })).completed;
  };
  await take(os, 'costly');
  await expect.poll(async () => (await proxy.usage('alice')).limits.daily?.reservedUsd).toBe('0.000000000');
  const spent = Number((await proxy.usage('alice')).today.costUsd);
  await proxy.setQuota('alice', { dailyLimitUsd: Math.floor((spent / 0.85) * 100) / 100 });
  await take(os, 'cheap');
  // The proxy settles an answer just after its last byte: the end of the next turn sees it for certain.
  await expect.poll(() => noticedByProxy(80)).toBe(true);
  await take(os, 'cheap');
  expect(await os.event('notice', ({ title }) => title.startsWith('The limit'))).toMatchObject({
    level: 'warning',
    title: 'The limit is near',
    message: expect.stringContaining('more than 80 %'),
  });

  const again = await os.restart();
  running.push(again);
  await take(again, 'costly');
  await expect.poll(() => noticedByProxy(100)).toBe(true);
  await (await again.kernel.send(OWNER, { text: 'cheap' })).completed.catch(() => {});
  await again.event('notice', ({ title }) => title === 'The limit is reached');
  const told = again.kernel.events
    .notices(0)
    .flatMap(({ event }) => (event.type === 'notice' ? [event.title] : []))
    .filter((title) => title.startsWith('The limit'));
  expect(told).toEqual(['The limit is near', 'The limit is reached']);
});
