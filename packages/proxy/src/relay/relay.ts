import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { type Identify, isRefused } from '../keys/identify.ts';
import { newRequestId } from '../ledger/request-id.ts';
import { createRequestScan } from '../scan/request-scan.ts';
import { type ApiError, sendApiError } from './api-error.ts';
import { relayBatchCreation, relayBatchResults } from './batches.ts';
import { BODY_LIMITS, BodyRefused, receiveBody, tooLarge } from './body.ts';
import { type ExchangeEnd, exchange } from './exchange.ts';
import { requestHeaders } from './headers.ts';
import { type MeteredDeps, relayMetered } from './metered.ts';
import { refusedOnSharedAccount } from './shared-account.ts';
import type { SlowBodies } from './slow-bodies.ts';

export interface RelayDeps extends MeteredDeps {
  readonly identify: Identify;
  readonly spoolPath: string;
  readonly slowBodies: SlowBodies;
  onAnswered(info: { route: RouteKind; status: number; milliseconds: number }): void;
}

export type RouteKind = 'messages' | 'batches' | 'batch_results' | 'count_tokens' | 'files' | 'other';

const RESULTS = /^\/v1\/messages\/batches\/([^/]+)\/results$/;

const routeOf = (method: string, path: string): RouteKind => {
  if (path.startsWith('/v1/files')) return 'files';
  if (method === 'POST') {
    if (path === '/v1/messages' || path === '/v1/complete') return 'messages';
    if (path === '/v1/messages/batches') return 'batches';
    if (path === '/v1/messages/count_tokens') return 'count_tokens';
  }
  return method === 'GET' && RESULTS.test(path) ? 'batch_results' : 'other';
};

export interface Relay {
  /** Never throws; every answer of our own is in the API's shape. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Resolves when nothing is under way, clients that left included. */
  idle(): Promise<void>;
}

/** Everything under `/v1`. */
export const createRelay = (deps: RelayDeps): Relay => {
  let underWay = 0;
  let waiting: (() => void)[] = [];

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    route: RouteKind,
    path: string,
  ): Promise<ApiError | ExchangeEnd> => {
    const makesReservation = route === 'messages' || route === 'batches';
    const identity = await deps.identify(request.headers, !makesReservation);
    if (isRefused(identity)) return identity;
    if (identity.payer === 'shared') {
      const refused = refusedOnSharedAccount(request.method ?? 'GET', path);
      if (refused !== undefined) return refused;
    }
    if (route === 'batch_results') {
      const batchId = RESULTS.exec(path)?.[1] ?? '';
      return relayBatchResults(deps, { request, response, requestId, identity, batchId });
    }
    if (!makesReservation) return relayPlain(deps, { request, response, requestId, identity, route });
    const scan = createRequestScan(route === 'batches' ? 'batch' : 'one');
    const limit = route === 'batches' ? BODY_LIMITS.batches : BODY_LIMITS.messages;
    const body = await receiveBody(request, {
      limit,
      spoolPath: deps.spoolPath,
      onChunk: (chunk) => scan.write(chunk),
    });
    try {
      const facts = scan.end();
      if (facts.problem !== undefined) return { status: 400, message: facts.problem };
      const asked = {
        request,
        response,
        requestId,
        identity,
        facts,
        body,
        endpoint: route,
        alone: underWay === 1,
      };
      return await (route === 'batches' ? relayBatchCreation(deps, asked) : relayMetered(deps, asked));
    } finally {
      if (body.kind === 'file') await body.discard();
    }
  };

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    underWay++;
    const startedAt = performance.now();
    const requestId = newRequestId();
    const method = request.method ?? 'GET';
    const path = pathOf(request.url ?? '/');
    const route = routeOf(method, path);
    const stopWatching =
      method === 'GET' || method === 'HEAD'
        ? undefined
        : deps.slowBodies.watch(request, () => refuse(request, response, TOO_SLOW, requestId));
    const over = (status: number): void => {
      underWay--;
      if (underWay === 0) {
        const due = waiting;
        waiting = [];
        for (const resolve of due) resolve();
      }
      stopWatching?.();
      deps.onAnswered({ route, status, milliseconds: performance.now() - startedAt });
    };
    answer(request, response, requestId, route, path).then(
      (result) => {
        if ('message' in result) refuse(request, response, result, requestId);
        over(result.status ?? response.statusCode);
      },
      (error: unknown) => {
        if (error instanceof BodyRefused) refuse(request, response, error.answer, requestId);
        else if (request.destroyed && !request.complete) response.destroy();
        else {
          deps.logger.error({ err: error, request: requestId }, 'a request failed inside the proxy');
          const message = 'The proxy could not book this request, so it was not sent. Try again in a moment.';
          refuse(request, response, { status: 503, message }, requestId);
        }
        over(response.statusCode);
      },
    );
  };

  return {
    handle,
    idle: () =>
      underWay === 0 ? Promise.resolve() : new Promise<void>((resolve) => void waiting.push(resolve)),
  };
};

const TOO_SLOW: ApiError = {
  status: 408,
  message: 'The body of the request came too slowly, or stopped. Send it again over a better connection.',
};

/** A body that nobody reads any more would keep the connection busy: it is closed after the answer. */
const refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  error: ApiError,
  requestId: string,
): void => {
  if (request.complete) {
    sendApiError(response, error, requestId);
    return;
  }
  sendApiError(response, { ...error, headers: { ...error.headers, connection: 'close' } }, requestId);
  // Read on for a moment, so that the answer isn't lost to a reset.
  request.resume();
  const timer = setTimeout(() => request.destroy(), 2_000);
  request.once('close', () => clearTimeout(timer));
};

/** What costs nothing: models, token counts, files. Streamed both ways, never blocked by a limit. */
const relayPlain = async (
  deps: RelayDeps,
  asked: {
    request: IncomingMessage;
    response: ServerResponse;
    requestId: string;
    identity: Exclude<Awaited<ReturnType<Identify>>, ApiError>;
    route: RouteKind;
  },
): Promise<ApiError | ExchangeEnd> => {
  const { request, response, requestId, identity, route } = asked;
  const limit = route === 'files' ? BODY_LIMITS.files : BODY_LIMITS.messages;
  const given = request.headers['content-length'];
  const length = given === undefined ? undefined : Number(given);
  if (length !== undefined && length > limit) return tooLarge(limit);
  const key = identity.payer === 'shared' ? deps.upstreamKeys.pick(identity.tenant) : undefined;
  const credentials = key === undefined ? identity.ownCredentials : ['x-api-key', key.secret];
  const hasBody = length !== undefined ? length > 0 : request.headers['transfer-encoding'] !== undefined;
  let body: Transform | null = null;
  let excess = false;
  if (hasBody) {
    let bytes = 0;
    body = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        excess = bytes > limit;
        done(excess ? new BodyRefused(tooLarge(limit)) : null, chunk);
      },
    });
    request.once(
      'close',
      () => !request.complete && body?.destroy(new Error('the client left while sending')),
    );
    request.pipe(body);
  }
  const end = await exchange({
    upstream: deps.upstream,
    request: {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: requestHeaders(request.rawHeaders, credentials, hasBody ? length : undefined),
      body,
    },
    response,
    requestId,
    hideAccount: identity.payer === 'shared',
    notice: undefined,
    watcher: undefined,
    drainMs: 0,
    stopping: deps.stopping,
  });
  return excess && end.status === undefined ? tooLarge(limit) : end;
};

const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
};
