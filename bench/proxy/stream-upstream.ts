import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A model that streams: `events` deltas, one every `everyMs`, each with its number and the time it left. */
const [port, events = 200, everyMs = 20] = process.argv.slice(2).map(Number);

const event = (type: string, data: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

createServer(async (request, response) => {
  for await (const _ of request);
  const id = String(request.headers['x-stream'] ?? '');
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const usage = { input_tokens: 500, output_tokens: 1 };
  response.write(event('message_start', { message: { id, model: 'claude-sonnet-4-6', usage } }));
  for (let number = 0; number < events; number++) {
    if (response.destroyed) return;
    const text = `${id}:${number} ${'tokens and more tokens, grüße 🙂 '.repeat(2)}`;
    response.write(event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }));
    await sleep(everyMs);
  }
  response.write(
    event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 900 } }),
  );
  response.end(event('message_stop', {}));
}).listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
