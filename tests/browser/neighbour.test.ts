import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Desktop, desktopOf, proofOf, signIn } from '../support/desktop.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

let os: RunningOs;
let browser: Browser;
let context: BrowserContext;
let neighbour: Server;
/** What a server on another port of the same host was sent. */
const visits: IncomingMessage['headers'][] = [];

beforeAll(async () => {
  [os, browser] = await Promise.all([startOs(), launchBrowser()]);
  neighbour = createServer((request, response) => {
    visits.push(request.headers);
    response.setHeader('content-type', 'text/html').end('<title>neighbour</title>');
  });
  neighbour.listen(0, '127.0.0.1');
  await once(neighbour, 'listening');
});
afterAll(async () => {
  await browser?.close();
  neighbour?.close();
  neighbour?.closeAllConnections();
  await os?.dispose();
});
beforeEach(async () => {
  context = await browser.newContext({ acceptDownloads: true });
});
afterEach(() => context.close());

const visitNeighbour = async (): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(neighbour.address() as AddressInfo).port}/`);
  return page;
};

it('a server on another port gets the cookie, and nothing by it', async () => {
  const { page } = await signIn(context, os);
  visits.length = 0;
  await visitNeighbour();
  const { cookie } = visits.at(-1) ?? {};
  expect(cookie).toBe((await proofOf(page)).cookie);
  expect(cookie).toContain('matrix_session=');
  const ask = (path: string, method = 'GET') =>
    fetch(os.url + path, { method, headers: { cookie: cookie ?? '' } });
  for (const path of ['/api/settings', '/api/sessions', '/files/', '/files/system/soul.md', '/auth/session'])
    expect([path, (await ask(path)).status]).toEqual([path, 401]);
  for (const path of ['/auth/codes', '/auth/logout', '/api/message', '/api/apps/todo/open'])
    expect([path, (await ask(path, 'POST')).status]).toEqual([path, 401]);
});

it('a page of another port can use nothing that its browser holds', async () => {
  await signIn(context, os);
  const page = await visitNeighbour();
  const outcome = await page.evaluate(async (url) => {
    const attempt = (run: () => Promise<string>) => run().catch((error: Error) => error.name);
    const init = { credentials: 'include' } as const;
    const headers = { 'matrix-page-key': 'x' };
    const image = (source: string) =>
      new Promise<string>((resolve) => {
        const picture = new Image();
        picture.onload = () => resolve('loaded');
        picture.onerror = () => resolve('refused');
        picture.src = source;
      });
    return {
      key: await attempt(async () => String(window.localStorage.getItem('matrix.page-key'))),
      read: await attempt(async () => (await fetch(`${url}/api/settings`, init)).text()),
      readWithKey: await attempt(async () =>
        (await fetch(`${url}/api/settings`, { ...init, headers })).text(),
      ),
      act: await attempt(async () =>
        (await fetch(`${url}/api/message`, { ...init, method: 'POST', body: '{"text":"hi"}' })).text(),
      ),
      picture: await image(`${url}/files/system/picture.svg`),
      socket: await new Promise((resolve) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, ['matrix-os']);
        socket.onopen = () => resolve('open');
        socket.onclose = () => resolve('closed');
      }),
    };
  }, os.url);
  expect(outcome).toEqual({
    key: 'null',
    read: 'TypeError',
    readWithKey: 'TypeError',
    act: 'TypeError',
    picture: 'refused',
    socket: 'closed',
  });
  const { sessions } = (await (await os.request('/api/sessions')).json()) as { sessions: unknown[] };
  expect(sessions).toEqual([]);
});

it('two tabs share a sign-in, also when one of them signs in anew', async () => {
  const first = await signIn(context, os);
  const link = await os.newLink();
  const second = await context.newPage();
  await second.goto(link);
  await desktopOf(second);
  await first.say('what can you do?');
  await first.finished('what can you do?');
  await second.reload();
  await desktopOf(second);
});

it('asks to sign in anew, and says so, where the key of the page is gone', async () => {
  const { page } = await signIn(context, os);
  await page.evaluate(() => window.localStorage.removeItem('matrix.page-key'));
  await page.reload();
  await page.waitForURL(`${os.url}/login**`);
  await page.getByText('A sign-in belongs to one browser at one address').waitFor();
});

it('shows pictures, saves files and opens a terminal for the page that is signed in', async () => {
  const drawing =
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30"/></svg>';
  await mkdir(join(os.home, 'apps', 'drawn'), { recursive: true });
  await writeFile(join(os.home, 'apps', 'drawn', 'icon.svg'), drawing);
  await writeFile(join(os.home, 'apps', 'drawn', 'index.html'), '<h1>drawn</h1>');
  const manifest = { name: 'drawn', title: 'Drawn', description: '', version: '1.0.0', icon: 'icon.svg' };
  await writeFile(join(os.home, 'apps', 'drawn', 'matrix.json'), JSON.stringify(manifest));
  await writeFile(join(os.home, 'picture 1.svg'), drawing);
  const dot =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await writeFile(join(os.home, 'dot.png'), Buffer.from(dot, 'base64'));
  const desktop: Desktop = await signIn(context, os);
  const { page } = desktop;
  const sizeOf = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth));
  expect(await sizeOf('img[src^="data:image/svg"]')).toBe(40);

  await page.getByRole('button', { name: 'Files' }).first().click();
  const files = desktop.window('Files');
  const saving = page.waitForEvent('download');
  await files.getByRole('button', { name: 'Download picture 1.svg' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('picture 1.svg');
  expect(await readFile(await saved.path(), 'utf8')).toBe(drawing);
  await files.getByRole('button', { name: 'picture 1.svg', exact: true }).click();
  expect(await sizeOf('img[alt="picture 1.svg"]')).toBe(40);
  await files.getByRole('button', { name: 'Back' }).click();
  await files.getByRole('button', { name: 'dot.png', exact: true }).click();
  expect(await sizeOf('img[alt="dot.png"][src^="blob:"]')).toBe(1);

  await page.getByRole('button', { name: 'Terminal' }).first().click();
  await desktop.window('Terminal').locator('.xterm-rows').filter({ hasText: /\S/ }).waitFor();
});
