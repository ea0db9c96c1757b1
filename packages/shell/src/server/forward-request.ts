import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
// The subpath alone: the other schemas would cost an idle OS 3 MB for nothing.
import { PROBLEM_CONTENT_TYPE, toProblem } from '@matrix-os/contracts/problem';
import { AppError, type Logger, messageOf } from '@matrix-os/kit';
import { endToEndHeaders, requestHeaders } from './forwarded-headers.ts';
import type { Gateway } from './gateway-address.ts';

/** Keeps none, but asks the gateway to: one that closes at once, an answer before the body's end is lost with what is still coming. */
const agent = new Agent({ keepAlive: true, maxFreeSockets: 0 });

/**
 * Passes one request on to the gateway and its answer back, both streamed at the reader's pace.
 * Each request has a connection of its own: on loopback that is cheap, and no write is lost to one that just went idle.
 */
export const forwardRequest = (
  gateway: Gateway,
  incoming: IncomingMessage,
  response: ServerResponse,
  logger: Logger,
): void => {
  const outgoing = request({
    ...gateway.address,
    method: incoming.method,
    path: incoming.url,
    headers: [...requestHeaders(incoming, gateway.trustedProxies), ...bodyHeaders(incoming)],
    agent,
  });
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', endToEndHeaders(answer));
    // A head without a body yet (an event stream) has to reach the browser too.
    response.flushHeaders();
    pipeline(answer, response, () => outgoing.destroy());
  });
  outgoing.on('error', (error) => {
    if (response.headersSent) return void response.destroy();
    if (response.destroyed) return;
    logger.debug({ error: messageOf(error), path: incoming.url?.split('?')[0] }, 'gateway not reached');
    answerUnavailable(incoming, response);
  });
  response.on('close', () => outgoing.destroy());
  pipeline(incoming, outgoing, () => undefined);
};

/** Node frames the body anew, so that it is told how. */
const bodyHeaders = (incoming: IncomingMessage): string[] => {
  if (incoming.headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
  if (incoming.headers['content-length'] !== undefined) return [];
  return ['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(incoming.method ?? '') ? [] : ['Content-Length', '0'];
};

const answerUnavailable = (incoming: IncomingMessage, response: ServerResponse): void => {
  const body = unavailableBody();
  // What is left of the request's body would be taken for the next request.
  response.shouldKeepAlive = false;
  response.writeHead(503, {
    'Content-Type': PROBLEM_CONTENT_TYPE,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'Retry-After': '1',
  });
  response.end(body);
  incoming.resume();
};

export const unavailableBody = (): string =>
  JSON.stringify(
    toProblem(
      new AppError(
        'unavailable',
        'Matrix OS is starting, or its gateway has stopped. This page tries again.',
      ),
    ),
  );
