import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type AddressRanges, createLogger } from '@matrix-os/kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { loadPages } from './page-store.ts';
import { createShellServer, type ShellServer } from './shell-server.ts';

const INLINE = 'self.__next_f.push([1,"x"])';
const FILES = {
  'index.html': `<!doctype html><title>Desktop</title><script src="/a.js"></script><script>${INLINE}</script>`,
  'gone.html': '<!doctype html><title>Gone</title>',
  'login.html': '<!doctype html><title>Sign in</title>',
  '404.html': '<!doctype html><title>Nothing here</title>',
  '_next/static/chunks/a1.js': 'console.log(1)',
  '_next/static/chunks/a1.js.br': 'packed',
} as const;

let folder: string;
let gateway: Server;
let shell: ShellServer;
let base: string;
let port: number;
let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
const NOBODY: AddressRanges = { has: () => false };
const gatewayUrl = () => `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
const sockets = new WebSocketServer({ noServer: true });
const logger = createLogger({ name: 'shell', level: 'silent' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shell-pages-'));
  for (const [name, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  await writeFile(join(dirname(folder), 'outside.txt'), 'secret').catch(() => undefined);
  gateway = createServer((incoming, response) => handle(incoming, response));
  gateway.on('upgrade', (incoming, socket, head) => {
    if (incoming.headers.cookie !== 'matrix_session=owner') {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
      return;
    }
    sockets.handleUpgrade(incoming, socket, head, (upgraded) => {
      upgraded.send(`welcome to ${incoming.url} on ${incoming.headers.host}`);
      upgraded.on('message', (data, isBinary) => upgraded.send(data, { binary: isBinary }));
    });
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  shell = createShellServer({
    pages: await loadPages(folder),
    gatewayUrl: gatewayUrl(),
    trustedProxies: NOBODY,
    logger,
  });
  port = await shell.listen(0, '127.0.0.1');
  base = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await shell.close();
  gateway.close();
  gateway.closeAllConnections();
  await rm(folder, { recursive: true });
  await rm(join(dirname(folder), 'outside.txt'), { force: true });
});

describe('the pages', () => {
  it('come with a policy that allows their own inline scripts and no other', async () => {
    const policy = (await fetch(`${base}/`)).headers.get('content-security-policy') ?? '';
    const { createHash } = await import('node:crypto');
    expect(policy).toContain(`'sha256-${createHash('sha256').update(INLINE).digest('base64')}'`);
    expect(policy).toMatch(/script-src 'self' 'sha256-[^;]+;/);
    expect(policy.match(/script-src[^;]*/)?.[0]).not.toContain('unsafe-inline');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port}`);
  });

  it('are asked for again each time, and answered shortly when nothing changed', async () => {
    const first = await fetch(`${base}/login`);
    expect(await first.text()).toContain('Sign in');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const headers = { 'If-None-Match': first.headers.get('etag') ?? '' };
    const again = await fetch(`${base}/login`, { headers });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('keep hashed files for ever, in the form that was packed at build time', async () => {
    const answer = await raw('/_next/static/chunks/a1.js', { 'Accept-Encoding': 'gzip, br' });
    expect(answer.body).toBe('packed');
    expect(answer.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
    expect(answer.headers['cache-control']).toContain('immutable');
    expect((await raw('/_next/static/chunks/a1.js', { 'Accept-Encoding': 'br;q=0' })).body).toBe(
      'console.log(1)',
    );
  });

  it.each([
    '/nope',
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/index.html%00',
    '//etc/passwd',
  ])('answers %s with the page for what is not there', async (path) => {
    const answer = await raw(path);
    expect(answer.status).toBe(404);
    expect(answer.body).toContain('Nothing here');
  });

  it('says in the log which one could not be read', async () => {
    const logged = vi.spyOn(logger, 'error');
    await rm(join(folder, 'gone.html'));
    expect((await raw('/gone')).status).toBe(500);
    expect(logged).toHaveBeenCalledWith(
      { error: expect.stringContaining('ENOENT'), path: '/gone' },
      'a page could not be read',
    );
  });

  it('refuses to be written to', async () => {
    expect((await fetch(`${base}/`, { method: 'POST' })).status).toBe(405);
  });

  it('leaves a hostile Host out of the policy', async () => {
    const answer = await raw('/', { Host: "x; script-src 'unsafe-inline'" });
    expect(answer.headers['content-security-policy'] ?? '').not.toContain("unsafe-inline' ws");
    expect(String(answer.headers['content-security-policy'])).not.toContain('ws://x');
  });
});

describe('what is the gateway’s', () => {
  it('arrives with its Host, who asked, and nothing of the connection', async () => {
    let seen: IncomingMessage['headers'] = {};
    handle = (incoming, response) => {
      seen = incoming.headers;
      response.writeHead(200, [
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'Keep-Alive',
        'timeout=99',
        'X-Own',
        'yes',
      ]);
      response.end('fine');
    };
    const answer = await raw('/api/x?y=1', {
      Host: 'my.os:3000',
      Connection: 'X-Hop',
      'X-Hop': 'gone',
      TE: 'trailers',
      'X-Forwarded-For': '203.0.113.9',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
    });
    expect(seen).toMatchObject({
      host: 'my.os:3000',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'my.os:3000',
      'x-forwarded-proto': 'http',
    });
    expect(seen).not.toHaveProperty('x-hop');
    expect(seen).not.toHaveProperty('te');
    expect(answer.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-own': 'yes' });
    expect(answer.headers['keep-alive']).not.toBe('timeout=99');
    expect(answer.headers).not.toHaveProperty('content-security-policy');
  });

  it('hears of whom a proxy forwards for when the owner trusts the proxy', async () => {
    const seen: IncomingMessage['headers'][] = [];
    handle = (incoming, response) => {
      seen.push(incoming.headers);
      response.end();
    };
    const trustedProxies = { has: (address: string) => address === '127.0.0.1' };
    const other = createShellServer({
      pages: await loadPages(folder),
      gatewayUrl: gatewayUrl(),
      trustedProxies,
      logger,
    });
    const at = await other.listen(0, '127.0.0.1');
    const headers = { 'X-Forwarded-For': '1.1.1.1, 203.0.113.9', 'X-Forwarded-Proto': 'https' };
    await fetch(`http://127.0.0.1:${at}/api/x`, { headers });
    await fetch(`http://127.0.0.1:${at}/api/x`);
    await other.close();
    expect(seen).toMatchObject([
      { 'x-forwarded-for': '1.1.1.1, 203.0.113.9, 127.0.0.1', 'x-forwarded-proto': 'https' },
      { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' },
    ]);
  });

  it('streams an upload while it is sent', async () => {
    const outgoing = request({ port, path: '/files/big.bin', method: 'PUT' });
    const arrived: string[] = [];
    const [first, wrote] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    handle = (incoming, response) => {
      incoming.on('data', (chunk: Buffer) => {
        arrived.push(String(chunk));
        first.resolve();
      });
      incoming.on('end', () => response.end(arrived.join('')));
    };
    outgoing.write('one');
    await first.promise;
    expect(arrived).toEqual(['one']);
    outgoing.end('two', () => wrote.resolve());
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(await textOf(response)).toBe('onetwo');
  });

  it('passes on an answer that comes before the end of the body', async () => {
    handle = (_incoming, response) => void response.writeHead(409).end('there is one already');
    for (let round = 0; round < 5; round++) {
      const body = new Uint8Array(30_000_000);
      const answer = await fetch(`${base}/files/big.bin`, { method: 'PUT', body });
      expect([answer.status, await answer.text()]).toEqual([409, 'there is one already']);
    }
  });

  it('streams an answer while it is made, the head first', async () => {
    const gate = Promise.withResolvers<void>();
    handle = async (_incoming, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
      await gate.promise;
      response.write('data: 1\n\n');
      response.end();
    };
    const outgoing = request({ port, path: '/api/message', method: 'POST' }).end('{}');
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(response.headers['content-type']).toBe('text/event-stream');
    gate.resolve();
    expect(await textOf(response)).toBe('data: 1\n\n');
  });

  it('holds the gateway back when the browser reads slowly', async () => {
    const TOTAL = 64 * 1024 * 1024;
    let made = 0;
    handle = (_incoming, response) => {
      const piece = Buffer.alloc(256 * 1024);
      const more = () => {
        while (made < TOTAL) {
          made += piece.length;
          if (!response.write(piece)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    };
    const outgoing = request({ port, path: '/files/big.bin' }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    // Nothing is read: what the gateway can make is bounded by the sockets' buffers, and comes to a stand.
    const stood = async (): Promise<number> => {
      for (let before = -1; before !== made; ) {
        before = made;
        await fetch(`${base}/healthz`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return made;
    };
    expect(await stood()).toBeLessThan(TOTAL / 2);
    let read = 0;
    for await (const chunk of response) read += (chunk as Buffer).length;
    expect(read).toBe(TOTAL);
  });

  it('is told when the browser goes away', async () => {
    const gone = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    handle = (_incoming, response) => {
      response.on('close', () => gone.resolve());
      response.write('…');
      begun.resolve();
    };
    const outgoing = request({ port, path: '/api/slow' }).end();
    outgoing.on('error', () => undefined);
    await begun.promise;
    await once(outgoing, 'response');
    outgoing.destroy();
    await gone.promise;
  });

  it('joins sockets both ways, text and bytes', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/terminal?cols=80`, {
      headers: { Cookie: 'matrix_session=owner' },
    });
    const [welcome] = await once(socket, 'message');
    expect(String(welcome)).toBe(`welcome to /ws/terminal?cols=80 on 127.0.0.1:${port}`);
    const bytes = Buffer.alloc(300_000, 7);
    socket.send(bytes);
    const [echo, isBinary] = (await once(socket, 'message')) as [Buffer, boolean];
    expect([isBinary, bytes.equals(echo)]).toEqual([true, true]);
    socket.close(1000);
    const [code] = await once(socket, 'close');
    expect(code).toBe(1000);
  });

  it('passes a refused handshake on as it is', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect([response.statusCode, await textOf(response)]).toEqual([401, 'no']);
  });

  it('has sockets nowhere else', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/ws`);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(404);
  });
});

it('says that Matrix OS is starting while there is no gateway', async () => {
  const alone = createShellServer({
    pages: await loadPages(folder),
    gatewayUrl: 'http://127.0.0.1:9',
    trustedProxies: NOBODY,
    logger: createLogger({ name: 'shell', level: 'silent' }),
  });
  const at = await alone.listen(0, '127.0.0.1');
  const answer = await fetch(`http://127.0.0.1:${at}/api/message`, {
    method: 'POST',
    body: 'x'.repeat(100_000),
  });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toMatchObject({ code: 'unavailable', status: 503 });
  const socket = new WebSocket(`ws://127.0.0.1:${at}/ws`);
  const [, refused] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(refused.statusCode).toBe(503);
  expect((await fetch(`http://127.0.0.1:${at}/healthz`)).status).toBe(200);
  await alone.close();
});

const textOf = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
};

/** Without the tidying that `fetch` does to paths and headers. */
const raw = async (path: string, headers: Record<string, string> = {}) => {
  const outgoing = request({ port, path, headers }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await textOf(response) };
};
