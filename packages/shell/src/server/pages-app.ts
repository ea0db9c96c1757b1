import { readFile } from 'node:fs/promises';
import { type Context, Hono } from 'hono';
import { pagePolicy } from './content-security-policy.ts';
import { type Page, type PageStore, SUFFIX } from './page-store.ts';

const NOT_FOUND = '/404.html';

/** The exported desktop over HTTP, and the server's own health. */
export const createPagesApp = (pages: PageStore): Hono => {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, { 'Cache-Control': 'no-store' }));
  app.get('*', async (c) => {
    const page = pages.get(c.req.path);
    if (page !== undefined) return answer(c, page, 200);
    const missing = pages.get(NOT_FOUND);
    return missing === undefined ? c.text('Not found', 404) : answer(c, missing, 404);
  });
  app.notFound((c) => c.text('Method not allowed', 405, { Allow: 'GET, HEAD' }));
  return app;
};

const answer = async (c: Context, page: Page, status: 200 | 404): Promise<Response> => {
  const headers = new Headers({
    'Cache-Control': page.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Content-Type': page.type,
    ETag: page.etag,
    Vary: 'Accept-Encoding',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
  if (page.scriptHashes !== null) {
    headers.set('Content-Security-Policy', pagePolicy(page.scriptHashes, c.req.header('host')));
    headers.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=()');
  }
  if (status === 200 && matches(c.req.header('if-none-match'), page.etag)) {
    return new Response(null, { status: 304, headers });
  }
  const encoding = page.encodings.find((name) => accepts(c.req.header('accept-encoding'), name));
  if (encoding !== undefined) headers.set('Content-Encoding', encoding);
  const body = await readFile(encoding === undefined ? page.file : page.file + SUFFIX[encoding]);
  return new Response(body, { status, headers });
};

const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((tag) => [etag, `W/${etag}`, '*'].includes(tag.trim())) ?? false;

const accepts = (header: string | undefined, encoding: string): boolean =>
  header?.split(',').some((part) => {
    const [name, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return name === encoding && !parameters.some((text) => /^q=0(\.0*)?$/.test(text));
  }) ?? false;
