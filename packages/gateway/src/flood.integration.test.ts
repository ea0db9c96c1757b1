import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { KernelEvent } from '@matrix-os/contracts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { reply, type Scene, say, scene, use } from '../../../tests/support/model-server/script.ts';
import { greet, readFrames } from './testing/frames.ts';
import { type GatewayProcess, startGatewayProcess } from './testing/gateway-process.ts';
import { makeFolder } from './testing/test-app.ts';

const MODEL_SERVER = join(import.meta.dirname, '../../../tests/support/model-server/main.ts');

/** A process of its own: what it sends must not delay what measures. */
const startModel = async (scenes: readonly Scene[]): Promise<string> => {
  const path = join(await makeFolder('script'), 'scenes.json');
  await writeFile(path, JSON.stringify(scenes));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MODEL_SERVER, '--script', path],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return url;
};

/** How long a process's main thread was ready to run and the machine was busy with others, ms. */
const waited = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').catch(() => '0 0 0');
  return Number(stat.split(' ')[1]) / 1e6;
};

/** Asks for `/health` until `over`; the longest answer, without the time in which either of the two could not run. */
const longestPause = async ({ url, child }: GatewayProcess, over: AbortSignal): Promise<number> => {
  const pid = child.pid ?? 0;
  const others = async () => (await waited(pid)) + (await waited(process.pid));
  let longest = 0;
  while (!over.aborted) {
    const before = await others();
    const started = performance.now();
    await (await fetch(`${url}/health`)).text();
    const took = performance.now() - started;
    longest = Math.max(longest, took - ((await others()) - before));
    await wait(2);
  }
  return longest;
};

const flood = async (scenes: readonly Scene[]) => {
  const baseUrl = await startModel(scenes);
  const gateway = await startGatewayProcess({
    ANTHROPIC_API_KEY: 'sk-test-0123456789',
    ANTHROPIC_BASE_URL: baseUrl,
  });
  // A desktop that is open, for what it costs to tell it.
  const socket = new WebSocket(`ws://${gateway.authority}/ws`, {
    headers: { authorization: `Bearer ${gateway.token}` },
  });
  onTestFinished(() => socket.terminate());
  const { frames, until } = readFrames(socket);
  await greet(socket);
  await until((frame) => frame.type === 'welcome');
  const isFinal = (event: KernelEvent) => event.type === 'result' || event.type === 'error';
  const finals = () =>
    frames.flatMap((frame) =>
      frame.type === 'event' && isFinal(frame.envelope.event) ? [frame.envelope.event] : [],
    );
  const send = (text: string) =>
    gateway.request('/api/message', {
      method: 'POST',
      headers: { prefer: 'respond-async' },
      body: JSON.stringify({ text }),
    });
  // The first turn loads the engine's SDK.
  await send('warm up');
  await until(() => finals().length === 1);
  const over = new AbortController();
  const measuring = longestPause(gateway, over.signal);
  await send('flood');
  await until(() => finals().length === 2);
  over.abort();
  const events = frames.flatMap((frame) => (frame.type === 'event' ? [frame.envelope.event] : []));
  return { pause: await measuring, events, final: finals().at(-1) };
};

describe('a model that floods', () => {
  it('a tool with 300 kB in 25,000 pieces keeps nobody waiting', async () => {
    const content = 'say "file_path" '.repeat(19_000);
    const { pause, events, final } = await flood([
      scene('flood', reply(use('Write', { content, file_path: 'documents/long.md' })), reply(say('Done.'))),
    ]);
    expect(final).toMatchObject({ type: 'result', stop: 'done' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'tool_end', ok: true }));
    expect(pause).toBeLessThan(100);
  });

  it('a text without an end is ended, and keeps nobody waiting', async () => {
    const { pause, final } = await flood([scene('flood', reply(say('and on '.repeat(170_000))))]);
    expect(final).toMatchObject({ type: 'result', stop: 'limit' });
    expect(pause).toBeLessThan(100);
  });
});
