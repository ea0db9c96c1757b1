import { readFile } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Logger, messageOf } from '@matrix-os/kit';
import { pagePolicy } from './content-security-policy.ts';
import { type Page, type PageStore, SUFFIX } from './page-store.ts';
import { pathOf } from './path-of.ts';

const NOT_FOUND = '/404.html';
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

/**
 * The exported desktop over HTTP, and the server's own health. Without a framework: every path is a key of a map, and the
 * least there is to load is what a slow machine waits for.
 */
export const servePages =
  (pages: PageStore, logger: Logger) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...TEXT, Allow: 'GET, HEAD' }).end('Method not allowed');
      return;
    }
    const path = pathOf(request.url);
    if (path === '/healthz') {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
      response.end('{"status":"ok"}');
      return;
    }
    const page = pages.get(path);
    const shown = page ?? pages.get(NOT_FOUND);
    if (shown === undefined) {
      response.writeHead(404, TEXT).end('Not found');
      return;
    }
    answer(request, response, shown, page === undefined ? 404 : 200).catch((error: unknown) => {
      logger.error({ error: messageOf(error), path }, 'a page could not be read');
      if (!response.headersSent) response.writeHead(500, TEXT);
      response.end();
    });
  };

const answer = async (
  request: IncomingMessage,
  response: ServerResponse,
  page: Page,
  status: 200 | 404,
): Promise<void> => {
  const headers: OutgoingHttpHeaders = {
    'Cache-Control': page.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Content-Type': page.type,
    ETag: page.etag,
    Vary: 'Accept-Encoding',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
  if (page.scriptHashes !== null) {
    headers['Content-Security-Policy'] = pagePolicy(page.scriptHashes, request.headers.host);
    headers['Permissions-Policy'] = 'camera=(), geolocation=(), microphone=(), payment=()';
  }
  if (status === 200 && matches(request.headers['if-none-match'], page.etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = page.encodings.find((name) => accepts(accepted, name));
  if (encoding !== undefined) headers['Content-Encoding'] = encoding;
  const body = await readFile(encoding === undefined ? page.file : page.file + SUFFIX[encoding]);
  response.writeHead(status, { ...headers, 'Content-Length': body.length });
  // Node leaves the body out of an answer to HEAD.
  response.end(body);
};

const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((tag) => [etag, `W/${etag}`, '*'].includes(tag.trim())) ?? false;

const accepts = (header: string, encoding: string): boolean =>
  header.split(',').some((part) => {
    const [name, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return name === encoding && !parameters.some((text) => /^q=0(\.0*)?$/.test(text));
  });
