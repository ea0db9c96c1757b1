import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Gates } from './gates.ts';
import type { ModelRequest, Part, Reply, TokenCounts } from './script.ts';

const CHARACTERS_PER_DELTA = 12;

const chunksOf = (text: string): string[] =>
  text.match(new RegExp(`[\\s\\S]{1,${CHARACTERS_PER_DELTA}}`, 'gu')) ?? [];

const id = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;

const tokensOf = (request: ModelRequest, reply: Reply): TokenCounts => ({
  input: Math.ceil(JSON.stringify(request.messages).length / 4),
  output: Math.max(1, Math.ceil(JSON.stringify(reply.parts).length / 4)),
  cacheRead: 0,
  cacheWrite: 0,
  ...reply.tokens,
});

const usageOf = (tokens: TokenCounts, output: number) => ({
  input_tokens: tokens.input,
  output_tokens: output,
  cache_read_input_tokens: tokens.cacheRead,
  cache_creation_input_tokens: tokens.cacheWrite,
});

const stopOf = (reply: Reply): string =>
  reply.stop ?? (reply.parts.some((part) => part.type === 'tool') ? 'tool_use' : 'end_turn');

interface Answering {
  readonly request: ModelRequest;
  readonly reply: Reply;
  readonly response: ServerResponse;
  readonly gates: Gates;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Whether this disconnect is still to happen. */
  readonly mayDisconnect: (part: Part) => boolean;
}

/** Waits that the streamed and the plain answer share. False: the connection is gone. */
const linger = async (
  part: Part,
  { gates, signal, response, mayDisconnect }: Answering,
): Promise<boolean> => {
  if (part.type === 'hold') await gates.pass(part.gate, signal);
  if (part.type === 'pause') await wait(part.ms, undefined, { signal }).catch(() => undefined);
  if (part.type === 'disconnect' && mayDisconnect(part)) response.destroy();
  return !signal.aborted && !response.destroyed;
};

/** The answer as server-sent events, in the shapes and the order of the Messages API. */
export const answerStreaming = async (answering: Answering): Promise<void> => {
  const { request, reply, response, signal } = answering;
  const tokens = tokensOf(request, reply);
  const send = async (type: string, data: Record<string, unknown>): Promise<void> => {
    if (signal.aborted) return;
    if (!response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)) {
      await once(response, 'drain', { signal }).catch(() => undefined);
    }
  };
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': id('req') });
  await send('message_start', {
    message: {
      id: id('msg'),
      type: 'message',
      role: 'assistant',
      model: request.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: usageOf(tokens, 1),
    },
  });
  let index = 0;
  let open = false;
  const start = async (block: Record<string, unknown>) => {
    open = true;
    await send('content_block_start', { index, content_block: block });
  };
  const delta = (value: Record<string, unknown>) => send('content_block_delta', { index, delta: value });
  const stop = async () => {
    if (!open) return;
    open = false;
    await send('content_block_stop', { index });
    index += 1;
  };
  for (const part of reply.parts) {
    if (part.type === 'text') {
      // Text before and after a hold is one block, as a slow model would send it.
      if (!open) await start({ type: 'text', text: '' });
      for (const chunk of chunksOf(part.text)) await delta({ type: 'text_delta', text: chunk });
    } else if (part.type === 'tool') {
      await stop();
      await start({ type: 'tool_use', id: part.id ?? id('toolu'), name: part.name, input: {} });
      for (const chunk of chunksOf(JSON.stringify(part.input))) {
        await delta({ type: 'input_json_delta', partial_json: chunk });
      }
      await stop();
    } else if (part.type === 'endless') {
      if (!open) await start({ type: 'text', text: '' });
      while (!signal.aborted) {
        await delta({ type: 'text_delta', text: part.text });
        await wait(part.everyMs, undefined, { signal }).catch(() => undefined);
      }
    } else if (!(await linger(part, answering))) {
      return;
    }
    if (signal.aborted) return;
  }
  await stop();
  await send('message_delta', {
    delta: { stop_reason: stopOf(reply), stop_sequence: null },
    usage: usageOf(tokens, tokens.output),
  });
  await send('message_stop', {});
  response.end();
};

/** The answer as one JSON document. An endless one is held until the client leaves. */
export const answerWhole = async (answering: Answering): Promise<void> => {
  const { request, reply, response, signal } = answering;
  const content: Record<string, unknown>[] = [];
  for (const part of reply.parts) {
    if (part.type === 'text') content.push({ type: 'text', text: part.text });
    else if (part.type === 'tool') {
      content.push({ type: 'tool_use', id: part.id ?? id('toolu'), name: part.name, input: part.input });
    } else if (part.type === 'endless') {
      if (!signal.aborted) await once(signal, 'abort');
      return;
    } else if (!(await linger(part, answering))) return;
  }
  const tokens = tokensOf(request, reply);
  response.writeHead(200, { 'content-type': 'application/json', 'request-id': id('req') }).end(
    JSON.stringify({
      id: id('msg'),
      type: 'message',
      role: 'assistant',
      model: request.model,
      content,
      stop_reason: stopOf(reply),
      stop_sequence: null,
      usage: usageOf(tokens, tokens.output),
    }),
  );
};
