import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: string[];
  readonly body: Buffer;
}

export type Answer = (response: ServerResponse, seen: SeenRequest, request: IncomingMessage) => unknown;

/** A model provider for tests: a real HTTP server that answers as the test says, and remembers what it was asked. */
export interface TestUpstream {
  readonly url: string;
  readonly seen: SeenRequest[];
  answer: Answer;
  close(): Promise<void>;
}

export const startUpstream = async (answer: Answer = answerMessage()): Promise<TestUpstream> => {
  const seen: SeenRequest[] = [];
  const upstream = { answer };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one: SeenRequest = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body: Buffer.concat(chunks),
      };
      seen.push(one);
      void upstream.answer(response, one, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(upstream, {
    url: `http://127.0.0.1:${port}`,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
};

export interface ScriptedUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly [name: string]: unknown;
}

const USAGE: ScriptedUsage = { input_tokens: 1000, output_tokens: 200 };

/** An answer that is not streamed. */
export const answerMessage =
  (usage: ScriptedUsage = USAGE, model = 'claude-sonnet-4-6'): Answer =>
  (response) => {
    const body = JSON.stringify({
      id: 'msg_test',
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text: 'Hello there.' }],
      stop_reason: 'end_turn',
      usage,
    });
    response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_upstream' });
    response.end(body);
  };

export const sseEvent = (type: string, data: Record<string, unknown>): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

/** The events of a whole streamed answer, one string each. */
export const streamedMessage = (
  texts: readonly string[],
  usage: ScriptedUsage = USAGE,
  model = 'claude-sonnet-4-6',
): string[] => [
  sseEvent('message_start', {
    message: {
      id: 'msg_test',
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      usage: { ...usage, output_tokens: 3 },
    },
  }),
  sseEvent('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  sseEvent('ping', {}),
  ...texts.map((text) => sseEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
  sseEvent('content_block_stop', { index: 0 }),
  sseEvent('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: usage.output_tokens },
  }),
  sseEvent('message_stop', {}),
];

export const answerStream =
  (events: readonly string[] = streamedMessage(['Hello', ' there.'])): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_upstream' });
    for (const event of events) response.write(event);
    response.end();
  };
