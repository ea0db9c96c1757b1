import { createHash } from 'node:crypto';
import { Agent, request as ask } from 'node:http';

/**
 * Opens many streams at once and checks every byte of each. Prints one JSON line: time to first byte, gaps between
 * frames, and how many streams were not exactly what was sent.
 */
const [port = 0, streams = 500, events = 200] = process.argv.slice(2, 5).map(Number);
const key = process.argv[5] ?? '';
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

const event = (type: string, data: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

const expected = (id: string): string => {
  const hash = createHash('sha256');
  const usage = { input_tokens: 500, output_tokens: 1 };
  hash.update(event('message_start', { message: { id, model: 'claude-sonnet-4-6', usage } }));
  for (let number = 0; number < events; number++) {
    const text = `${id}:${number} ${'tokens and more tokens, grüße 🙂 '.repeat(2)}`;
    hash.update(event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }));
  }
  hash.update(event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 900 } }));
  hash.update(event('message_stop', {}));
  return hash.digest('hex');
};

const firstByte: number[] = [];
const gaps: number[] = [];
const body = JSON.stringify({
  model: 'claude-sonnet-4-6',
  max_tokens: 2000,
  stream: true,
  messages: [{ role: 'user', content: 'x'.repeat(2000) }],
});

const one = (number: number): Promise<boolean> =>
  new Promise((resolve) => {
    const id = `s${number}`;
    const startedAt = performance.now();
    let lastAt = 0;
    const hash = createHash('sha256');
    const outgoing = ask(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: '/v1/messages',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'x-api-key': key,
          'x-stream': id,
        },
      },
      (answer) => {
        answer.on('data', (chunk: Buffer) => {
          const now = performance.now();
          if (lastAt === 0) firstByte.push(now - startedAt);
          else gaps.push(now - lastAt);
          lastAt = now;
          hash.update(chunk);
        });
        answer.on('end', () => resolve(answer.statusCode === 200 && hash.digest('hex') === expected(id)));
        answer.on('error', () => resolve(false));
      },
    );
    outgoing.on('error', () => resolve(false));
    outgoing.end(body);
  });

const exact = await Promise.all(Array.from({ length: streams }, (_, number) => one(number)));
const at = (values: number[], share: number): number => {
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
};
process.stdout.write(
  `${JSON.stringify({
    streams,
    damaged: exact.filter((ok) => !ok).length,
    firstByteP50: at(firstByte, 0.5),
    firstByteP99: at(firstByte, 0.99),
    gapP50: at(gaps, 0.5),
    gapP99: at(gaps, 0.99),
  })}\n`,
);
process.exit(0);
