import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerStreaming, answerWhole } from './answer.ts';
import { createGates, type Gates } from './gates.ts';
import { readModelRequest } from './read-request.ts';
import { type Failure, type ModelRequest, type Part, reply, replyFor, type Script, say } from './script.ts';
import { sideReply } from './side-call.ts';

interface RecordedRequest extends ModelRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Not part of the conversation: a title, a quota check. */
  readonly side: boolean;
  /** Whether the client left before the answer was over. */
  abandoned: boolean;
}

export interface ModelServer {
  readonly url: string;
  /** Everything asked of `/v1/messages`, in order. */
  readonly requests: readonly RecordedRequest[];
  readonly gates: Gates;
  /** Replaces the script; answers under way go on with the old one. */
  script(next: Script): void;
  /** The first request of the conversation, past or future, for which this holds. */
  request(matches: (request: RecordedRequest) => boolean): Promise<RecordedRequest>;
  /** Cuts every connection and refuses new ones. */
  close(): Promise<void>;
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

const MAX_BODY_BYTES = 64_000_000;

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new RangeError('too large');
    chunks.push(chunk);
  }
  return size === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

const sendJson = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

const sendFailure = (response: ServerResponse, failure: Failure): void => {
  const type = failure.type ?? ERROR_TYPES[failure.status] ?? 'api_error';
  sendJson(
    response,
    failure.status,
    { type: 'error', error: { type, message: failure.message ?? `scripted ${type}` } },
    {
      ...failure.headers,
      ...(failure.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(failure.retryAfterSeconds) }),
    },
  );
};

/** A scripted Anthropic Messages API on 127.0.0.1, for running the real engine without a model. */
export const createModelServer = async (
  options: { script?: Script; port?: number; control?: (path: string, body: unknown) => unknown } = {},
): Promise<ModelServer> => {
  let script: Script = options.script ?? [];
  const gates = createGates();
  const requests: RecordedRequest[] = [];
  const watchers = new Set<() => void>();
  /** How often a failing reply or a disconnect has happened, by the script's own object. */
  const happened = new WeakMap<object, number>();
  const mayHappen = (what: object, times: number | undefined): boolean => {
    const before = happened.get(what) ?? 0;
    happened.set(what, before + 1);
    return times === undefined || before < times;
  };

  const messages = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = readModelRequest(await readBody(incoming));
    const side = sideReply(request);
    const recorded: RecordedRequest = {
      ...request,
      headers: incoming.headers,
      side: side !== undefined,
      abandoned: false,
    };
    const left = new AbortController();
    response.once('close', () => {
      if (!response.writableEnded) recorded.abandoned = true;
      left.abort();
    });
    requests.push(recorded);
    for (const check of watchers) check();
    const answer = side ?? replyFor(script, request) ?? reply(say(`You said: ${request.prompt}`));
    if (answer.fail !== undefined && mayHappen(answer.fail, answer.fail.times)) {
      sendFailure(response, answer.fail);
      return;
    }
    const answering = {
      request,
      reply: answer,
      response,
      gates,
      signal: left.signal,
      mayDisconnect: (part: Part) => part.type === 'disconnect' && mayHappen(part, part.times),
    };
    await (request.stream ? answerStreaming(answering) : answerWhole(answering));
  };

  const route = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    if (incoming.method === 'POST' && pathname === '/v1/messages') return messages(incoming, response);
    if (incoming.method === 'POST' && pathname === '/v1/messages/count_tokens') {
      const body = await readBody(incoming);
      return sendJson(response, 200, { input_tokens: Math.ceil(JSON.stringify(body).length / 4) });
    }
    if (pathname === '/v1/models') return sendJson(response, 200, { data: [], has_more: false });
    if (pathname.startsWith('/control/') && options.control !== undefined) {
      return sendJson(response, 200, (await options.control(pathname, await readBody(incoming))) ?? {});
    }
    if (incoming.method === 'HEAD' || pathname === '/api/hello') {
      response.writeHead(200).end();
      return;
    }
    sendFailure(response, { status: 404, message: `${incoming.method} ${pathname} is not scripted` });
  };

  const server = createServer((incoming, response) => {
    response.on('error', () => undefined);
    route(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) sendFailure(response, { status: 400, message: String(error) });
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    gates,
    script(next) {
      script = next;
    },
    request: (matches) =>
      new Promise((resolve) => {
        const check = () => {
          const found = requests.find((request) => !request.side && matches(request));
          if (found === undefined) return;
          watchers.delete(check);
          resolve(found);
        };
        watchers.add(check);
        check();
      }),
    async close() {
      gates.releaseAll();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
