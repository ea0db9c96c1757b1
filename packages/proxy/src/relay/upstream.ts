import type { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';

export interface UpstreamRequest {
  readonly method: string;
  /** Path and query as the client wrote them. */
  readonly path: string;
  readonly headers: string[];
  readonly body: Buffer | Readable | null;
}

export interface Upstream {
  send(request: UpstreamRequest, handler: Dispatcher.DispatchHandler): void;
  close(): Promise<void>;
  readonly origin: string;
}

/** 5 minutes without a byte, and `ping` is bytes: the API's own patience. There is no limit on the whole. */
const IDLE_MS = 300_000;
/** An answer that is not streamed has its headers only when it is done; the API allows ten minutes for that. */
const HEADERS_MS = 660_000;

export const createUpstream = (url: string): Upstream => {
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    // No head-of-line blocking, no shared flow-control window: one connection is one request.
    allowH2: false,
    pipelining: 1,
    connections: null,
    connect: { timeout: 10_000 },
    headersTimeout: HEADERS_MS,
    bodyTimeout: IDLE_MS,
    keepAliveTimeout: 15_000,
    keepAliveMaxTimeout: 300_000,
    maxResponseSize: -1,
  });
  return {
    origin,
    send(request, handler) {
      pool.dispatch(
        {
          method: request.method,
          path: prefix + request.path,
          headers: request.headers,
          body: request.body,
          blocking: false,
        },
        handler,
      );
    },
    close: () => pool.close(),
  };
};
