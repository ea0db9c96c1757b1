import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { KernelEvent } from '@matrix-os/contracts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { reply, type Scene, say, scene, use } from '../../../tests/support/model-server/script.ts';
import { greet, readFrames } from './testing/frames.ts';
import { startGatewayProcess } from './testing/gateway-process.ts';
import { longestPause } from './testing/longest-pause.ts';
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
