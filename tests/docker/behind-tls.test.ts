import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { desktopOf } from '../support/desktop.ts';
import { run } from '../support/run.ts';
import { type Container, startContainer } from './support/container.ts';
import { connect } from './support/engine.ts';
import { createNetwork } from './support/network.ts';

const HOST = 'os.example.test';
const engine = connect(inject('docker'));

let network: Awaited<ReturnType<typeof createNetwork>>;
let os: Container;
let edge: Server;
let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matrix-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  await run('openssl', [...made, '-subj', `/CN=${HOST}`, '-keyout', key, '-out', certificate]);
  network = await createNetwork(engine);
  os = await startContainer(engine, {
    network: network.name,
    environment: { MATRIX_HOSTS: HOST, MATRIX_TRUSTED_PROXIES: network.gateway },
  });
  edge = createEdge({ key: readFileSync(key), cert: readFileSync(certificate) }, new URL(os.url));
  edge.listen(0, network.gateway);
  await once(edge, 'listening');
  browser = await chromium.launch({
    executablePath: await chromiumOf(os),
    args: ['--no-sandbox', '--no-first-run', `--host-resolver-rules=MAP ${HOST} ${network.gateway}`],
  });
});
afterAll(async () => {
  await browser?.close();
  edge?.closeAllConnections();
  edge?.close();
  await os?.remove();
  await network?.remove();
  rmSync(folder, { recursive: true });
});

it('works by another name, on another port, behind a reverse proxy that ends TLS', async () => {
  const { port } = edge.address() as AddressInfo;
  const origin = `https://${HOST}:${port}`;
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  const link = await os.exec('matrix', 'link');
  await page.goto(link.replace(os.url, origin).replace(/^http:\/\/localhost:\d+/, origin));
  await page.waitForURL(`${origin}/`);

  const desktop = await desktopOf(page);
  await desktop.say('make me a todo list');
  await desktop.window('To-do').waitFor();
  expect(sockets.length).toBeGreaterThan(0);
  expect(sockets.every((socket) => socket.startsWith(`wss://${HOST}:${port}/`))).toBe(true);
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({
    name: '__Host-matrix_session',
    domain: HOST,
    httpOnly: true,
    secure: true,
  });
});

it('refuses a name that nobody told it', async () => {
  const { port } = new URL(os.url);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const asked = httpRequest({
      host: '127.0.0.1',
      port,
      path: '/api/apps',
      headers: { host: 'evil.example.test' },
    });
    asked
      .on('response', (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

/**
 * A browser that sees the network as a container does. On this machine's own it would see those of other tests come and go, and
 * drops the connections that it is making whenever one does (ERR_NETWORK_CHANGED).
 */
const chromiumOf = async ({ name }: Container): Promise<string> => {
  const id = await engine.docker('inspect', '--format', '{{.Id}}', name);
  // The engine numbers processes in its own way.
  const process = readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && belongsTo(id, pid));
  if (process === undefined) throw new Error(`No process is of the container ${id}`);
  const path = join(folder, 'chromium');
  const command = `exec nsenter --net=/proc/${process}/ns/net /usr/bin/chromium "$@"`;
  writeFileSync(path, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  return path;
};

const belongsTo = (container: string, pid: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(container);
  } catch {
    // It has ended since.
    return false;
  }
};

/** What Caddy or nginx does: TLS here, plain HTTP to the desktop, WebSockets passed through. */
const createEdge = (tls: { key: Buffer; cert: Buffer }, target: URL): Server => {
  const forwarded = (headers: NodeJS.Dict<string | string[]>) => ({
    ...headers,
    'x-forwarded-proto': 'https',
    'x-forwarded-host': headers.host,
  });
  const server = createServer(tls, (incoming, response) => {
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: forwarded(incoming.headers),
    });
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  server.on('upgrade', (incoming, socket, head) => {
    const upstream = connectTo(Number(target.port), '127.0.0.1', () => {
      const lines = Object.entries(forwarded(incoming.headers)).map(([name, value]) => `${name}: ${value}`);
      upstream.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  return server;
};
