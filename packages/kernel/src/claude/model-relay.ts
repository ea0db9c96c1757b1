import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  createServer,
  Agent as HttpAgent,
  type IncomingMessage,
  request as requestHttp,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Where a turn's requests go, and the key that they get on the way. */
interface ModelEndpoint {
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
}

export interface TurnRelay {
  /** What the engine is told is the model's endpoint. */
  readonly url: string;
  /** What it presents there instead of a key. Of no use after `close`, and for nothing but asking the model. */
  readonly token: string;
  /** Breaks off what still runs. */
  close(): void;
}

export interface ModelRelay {
  open(endpoint: ModelEndpoint): Promise<TurnRelay>;
  close(): Promise<void>;
}

const ANTHROPIC = 'https://api.anthropic.com';
/** An endpoint of the owner's own may want no key; what is sent then says so. */
const NO_KEY = 'no-key-needed';
// All that a turn needs: files, batches and accounts of the owner's are not a turn's business.
const ALLOWED = /^(?:POST \/v1\/messages(?:\/count_tokens)?|GET \/v1\/models(?:\/[\w.:-]+)?)$/;
/** RFC 9110, section 7.6.1; and what tells the endpoint who is asking. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'authorization',
  'x-api-key',
  'cookie',
]);

interface Turn {
  readonly endpoint: ModelEndpoint;
  readonly stop: AbortController;
}

/** The headers that go on, by their names as they were written; one that came several times has a list. */
const forwarded = (raw: readonly string[]): Record<string, string[]> => {
  // No object's own names, such as `constructor`, are among them.
  const kept: Record<string, string[]> = Object.create(null);
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name, value] = [raw[index], raw[index + 1]];
    if (name === undefined || value === undefined || NOT_FORWARDED.has(name.toLowerCase())) continue;
    kept[name] = [...(kept[name] ?? []), value];
  }
  return kept;
};

const presented = ({ headers }: IncomingMessage): string =>
  String(headers['x-api-key'] ?? /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');

const refuse = (response: ServerResponse, status: number, type: string, message: string): void => {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ type: 'error', error: { type, message } }));
};

/**
 * The engine's way to the model: a server on a loopback port that puts the owner's key on requests, so that the key is in
 * no process that the model can look into. Bodies and answers pass unread and at once.
 */
export const createModelRelay = (parts: {
  /** `HTTPS_PROXY` and the like. */
  environment: Readonly<Record<string, string>>;
}): ModelRelay => {
  const turns = new Map<string, Turn>();
  // Node 24.5 and later go by the machine's proxy; earlier ones ignore it.
  const agentOptions = { keepAlive: true, proxyEnv: parts.environment } as const;
  const agents = { 'http:': new HttpAgent(agentOptions), 'https:': new HttpsAgent(agentOptions) };
  let server: Promise<Server> | undefined;

  const turnOf = (request: IncomingMessage): Turn | undefined => {
    const given = Buffer.from(presented(request));
    for (const [token, turn] of turns) {
      const known = Buffer.from(token);
      if (known.length === given.length && timingSafeEqual(known, given)) return turn;
    }
    return undefined;
  };

  const relay = (request: IncomingMessage, response: ServerResponse): void => {
    const turn = turnOf(request);
    if (turn === undefined) {
      refuse(response, 401, 'authentication_error', 'This turn is over.');
      return;
    }
    const [path = '', query] = (request.url ?? '').split('?', 2);
    if (!ALLOWED.test(`${request.method} ${path}`)) {
      refuse(response, 404, 'not_found_error', 'A turn may only ask the model.');
      return;
    }
    const base = new URL(turn.endpoint.baseUrl ?? ANTHROPIC);
    const send = base.protocol === 'https:' ? requestHttps : requestHttp;
    const upstream = send({
      protocol: base.protocol,
      hostname: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port,
      path: `${base.pathname.replace(/\/$/, '')}${path}${query === undefined ? '' : `?${query}`}`,
      method: request.method,
      headers: {
        ...forwarded(request.rawHeaders),
        host: base.host,
        'x-api-key': turn.endpoint.apiKey ?? NO_KEY,
      },
      agent: agents[base.protocol === 'https:' ? 'https:' : 'http:'],
      signal: turn.stop.signal,
    });
    upstream.setNoDelay(true);
    // What the endpoint does to the connection is done to the engine's, which then says and does what it would have.
    const breakOff = () => void response.socket?.destroy();
    upstream.on('error', breakOff);
    upstream.on('response', (answer) => {
      answer.on('error', breakOff);
      answer.on('aborted', breakOff);
      try {
        // The reason in words is left out: it may hold what Node refuses to send.
        response.writeHead(answer.statusCode ?? 502, forwarded(answer.rawHeaders));
      } catch {
        upstream.destroy();
        breakOff();
        return;
      }
      response.flushHeaders();
      answer.pipe(response);
    });
    response.on('close', () => upstream.destroy());
    request.on('error', () => upstream.destroy());
    request.pipe(upstream);
  };

  const listen = (): Promise<Server> =>
    new Promise((resolve, reject) => {
      const made = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
        try {
          relay(request, response);
        } catch {
          // What Node refuses to send on is that request's own failure.
          response.destroy();
        }
      });
      // A model may think for as long as it likes.
      made.requestTimeout = 0;
      made.on('error', reject);
      made.listen(0, '127.0.0.1', () => resolve(made.unref()));
    });

  return {
    async open(endpoint) {
      server ??= listen();
      const { port } = (await server).address() as AddressInfo;
      const token = `matrix-turn-${randomBytes(32).toString('base64url')}`;
      const stop = new AbortController();
      turns.set(token, { endpoint, stop });
      return {
        url: `http://127.0.0.1:${port}`,
        token,
        close() {
          turns.delete(token);
          stop.abort();
        },
      };
    },
    async close() {
      for (const { stop } of turns.values()) stop.abort();
      turns.clear();
      for (const agent of Object.values(agents)) agent.destroy();
      const made = await server?.catch(() => undefined);
      if (made === undefined) return;
      await new Promise<void>((resolve) => {
        made.close(() => resolve());
        made.closeAllConnections();
      });
    },
  };
};
