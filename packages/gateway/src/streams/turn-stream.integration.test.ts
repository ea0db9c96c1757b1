import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { EventEnvelope } from '@matrix-os/contracts';
import { expect, it } from 'vitest';
import type { MemoryKernel } from '../testing/memory-kernel.ts';
import { TEST_TOKEN } from '../testing/test-app.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

const untilEvent = (kernel: MemoryKernel, type: EventEnvelope['event']['type']) =>
  new Promise<EventEnvelope>((resolve) => {
    const unsubscribe = kernel.events.subscribe((envelope) => {
      if (envelope.event.type !== type) return;
      unsubscribe();
      resolve(envelope);
    });
  });

const openStream = async (authority: string) => {
  const request = httpRequest(`http://${authority}/api/message`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_TOKEN}`, accept: 'text/event-stream' },
  });
  request.on('error', () => undefined);
  request.end(JSON.stringify({ text: 'go on', id: 'one-and-the-same' }));
  const [response] = await once(request, 'response');
  return { request, response };
};

it('lets the turn go on when the client is gone, and gives it the rest when it comes back', async () => {
  const proceed = Promise.withResolvers<void>();
  const {
    kernel,
    authority,
    request: ask,
  } = await startTestGateway({
    answer: async (text, emit) => {
      emit({ type: 'text', delta: 'before ' });
      await proceed.promise;
      emit({ type: 'text', delta: 'after' });
      return text;
    },
  });
  const { request, response } = await openStream(authority);
  await once(response, 'data');
  request.destroy();
  const ended = untilEvent(kernel, 'result');
  proceed.resolve();
  const { seq } = await ended;
  const again = await ask('/api/message', {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'last-event-id': '2' },
    body: JSON.stringify({ text: 'go on', id: 'one-and-the-same' }),
  });
  const ids = [...(await again.text()).matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  expect(ids).toEqual([3, seq]);
});

it('ends the stream of a client that does not read, and keeps no more than a few megabytes for it', async () => {
  const piece = 'x'.repeat(100_000);
  const proceed = Promise.withResolvers<void>();
  const { kernel, authority } = await startTestGateway({
    answer: async (text, emit) => {
      await proceed.promise;
      for (let i = 0; i < 1000; i++) {
        emit({ type: 'text', delta: piece });
        await new Promise(setImmediate);
      }
      return text;
    },
  });
  const { response } = await openStream(authority);
  response.pause();
  const ended = untilEvent(kernel, 'result');
  const before = process.memoryUsage();
  proceed.resolve();
  await ended;
  const after = process.memoryUsage();
  expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(
    40_000_000,
  );
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(response.resume(), 'end');
  expect(bytes).toBeLessThan(30_000_000);
});
