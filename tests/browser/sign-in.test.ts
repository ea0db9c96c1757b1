import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { desktopOf, proofOf } from '../support/desktop.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

let os: RunningOs;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  [os, browser] = await Promise.all([startOs(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await os?.dispose();
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());

it('signs in by the printed link, which works once', async () => {
  const page = await context.newPage();
  await page.goto(os.link);
  await page.waitForURL(`${os.url}/`);
  await desktopOf(page);
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  // The code went by the fragment, so no service can have logged it.
  expect(os.output().split(os.link).length).toBe(2);

  const stranger = await browser.newContext();
  const other = await stranger.newPage();
  await other.goto(os.link);
  await other.getByRole('alert').filter({ hasText: /code/i }).waitFor();
  await stranger.close();
});

it('lets a machine’s own screen in without a second page, and has the page of signing in say what is wrong', async () => {
  const link = (await os.newLink()).replace('/login#', '/#');
  const page = await context.newPage();
  const documents: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame())
      documents.push(new URL(request.url()).pathname);
  });
  await page.goto(link);
  await desktopOf(page);
  expect(documents).toEqual(['/']);
  expect(page.url()).toBe(`${os.url}/`);

  const stranger = await browser.newContext();
  const other = await stranger.newPage();
  await other.goto(link);
  await other.waitForURL(`${os.url}/login`);
  await other
    .getByRole('alert')
    .filter({ hasText: /not valid any more/ })
    .waitFor();
  await stranger.close();
});

it.each([
  ['a script', '**/_next/static/**/*.js'],
  ['a style', '**/_next/static/**/*.css'],
])(
  'loads a page again of which %s got lost on the way, and its code is not used twice',
  async (_what, files) => {
    const link = (await os.newLink()).replace('/login#', '/#');
    const page = await context.newPage();
    let asked = 0;
    await page.route(files, async (route) => {
      // As when the network of the machine changes under the browser.
      if (asked++ === 0) await route.abort('internetdisconnected');
      else await route.continue();
    });
    await page.goto(link);
    await expect
      .poll(() =>
        page.evaluate(() =>
          Array.from(
            document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]'),
            ({ sheet }) => sheet !== null,
          ),
        ),
      )
      .not.toContain(false);
    await desktopOf(page);
    expect(page.url()).toBe(`${os.url}/`);
  },
);

it('says so while a part of the page can not be had, and goes on by itself', async () => {
  const page = await context.newPage();
  await page.route('**/_next/static/**/*.js', (route) => route.abort('internetdisconnected'));
  await page.goto(await os.newLink());
  await page.getByRole('alert').filter({ hasText: 'could not be loaded' }).waitFor();
  await page.unroute('**/_next/static/**/*.js');
  await desktopOf(page);
});

it('shows a stranger the way in and nothing else', async () => {
  const page = await context.newPage();
  const answers: number[] = [];
  page.on('response', (response) => {
    if (/\/(?:api|files)\//.test(response.url())) answers.push(response.status());
  });
  await page.goto(os.url);
  await page.waitForURL(`${os.url}/login**`);
  await page.getByLabel('One-time code').waitFor();
  await page.getByText('npm run matrix -- link').waitFor();
  expect(answers.every((status) => status === 401)).toBe(true);
});

it('signs out everywhere it matters', async () => {
  const page = await context.newPage();
  await page.goto(await os.newLink());
  await page.waitForURL(`${os.url}/`);
  await desktopOf(page);
  const left = page.waitForURL(`${os.url}/login**`);
  const { headers } = await proofOf(page);
  await page.evaluate((init) => void fetch('/auth/logout', init), { method: 'POST', headers });
  // The page learns it by itself: its stream of events ends.
  await left;
  expect(await page.evaluate(async (init) => (await fetch('/api/apps', init)).status, { headers })).toBe(401);
});
