import type { Browser, Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { createGalleryDesk, eventually, type GalleryDesk } from './gallery.fixture.ts';

let browser: Browser;
let desk: GalleryDesk;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  desk = await createGalleryDesk(browser);
});
afterEach(() => desk.close());

const add = async (frame: Frame, text: string): Promise<void> => {
  await frame.locator('#text').fill(text);
  await frame.locator('#text').press('Enter');
};
const items = (frame: Frame): Promise<string[]> =>
  frame.locator('#list .text').evaluateAll((found) => found.map((one) => one.textContent ?? ''));
const savedTexts = (): string[] => {
  const { items } = JSON.parse(desk.host.stored.get('todo/todos') ?? '{"items":[]}') as {
    items: { text: string }[];
  };
  return items.map(({ text }) => text);
};
const windows = async (count: number): Promise<[Frame, Frame]> => {
  const [first, second] = await desk.host.open(desk.page, 'todo', { windows: count });
  if (!first) throw new Error('no frame');
  return [first, second ?? first];
};

/** No timer of the app fires by itself. */
const windowsInStillTime = async (): Promise<[Frame, Frame]> => {
  await desk.page.clock.install({ time: '2026-11-23T12:00:00Z' });
  const opened = await windows(1);
  await desk.page.clock.pauseAt('2026-11-23T13:00:00Z');
  return opened;
};

it('shows in one window what is written in another', async () => {
  const [first, second] = await windows(2);
  await add(first, 'from the first');
  await second.getByText('from the first').waitFor();
  await add(second, 'from the second');
  await first.getByText('from the second').waitFor();
  expect(savedTexts()).toEqual(['from the first', 'from the second']);
});

it('puts what it has not saved yet on top of what another wrote', async () => {
  const [frame] = await windows(1);
  desk.host.beforeSet = () => Promise.reject(new Error('Not now.'));
  await add(frame, 'mine');
  await frame.getByText(/Not saved yet/).waitFor();
  desk.host.beforeSet = async () => {};
  await desk.host.write(desk.page, 'todo', 'todos', { items: [{ id: 'x', text: 'theirs' }] });
  await eventually(savedTexts).toEqual(['theirs', 'mine']);
  expect(await items(frame)).toEqual(['theirs', 'mine']);
});

it('keeps what could not be saved, says so, and saves it when it can', async () => {
  const [frame] = await windows(1);
  desk.host.beforeSet = () => Promise.reject(new Error('The disk is full.'));
  await add(frame, 'precious');
  await frame.getByText(/Not saved yet.*disk is full/).waitFor();
  expect(await items(frame)).toEqual(['precious']);
  desk.host.beforeSet = async () => {};
  await frame.getByRole('button', { name: 'Try now' }).click();
  await eventually(savedTexts).toEqual(['precious']);
});

it('sends what waits behind a slow save when the window loses the focus', async () => {
  const [frame] = await windowsInStillTime();
  desk.host.beforeSet = () => new Promise(() => {});
  await add(frame, 'slow');
  await eventually(() => desk.host.requests.some(({ op }) => op === 'data.set')).toBe(true);
  desk.host.beforeSet = async () => {};
  await add(frame, 'typed at the last moment');
  await frame.evaluate(() => window.dispatchEvent(new Event('blur')));
  await eventually(savedTexts).toEqual(['slow', 'typed at the last moment']);
});

it('believes its parent only', async () => {
  const [first, second] = await windows(2);
  await second.evaluate(() => {
    window.parent.frames[0]?.postMessage({ matrix: 1, event: 'theme', theme: 'dark' }, '*');
    for (let id = 1; id < 50; id++)
      window.parent.frames[0]?.postMessage({ matrix: 1, id, ok: true, value: { items: ['forged'] } }, '*');
  });
  await add(first, 'true');
  await eventually(savedTexts).toEqual(['true']);
  expect(await items(first)).toEqual(['true']);
  expect(await first.locator('html').getAttribute('data-theme')).toBe('light');
});

it('gives up on a request that gets no answer', async () => {
  const [frame] = await windowsInStillTime();
  desk.host.beforeSet = () => new Promise(() => {});
  const outcome = frame.evaluate(() => window.matrix.data.set('a', 1).catch((error: Error) => error.message));
  await eventually(() => desk.host.requests.some(({ op }) => op === 'data.set')).toBe(true);
  const soFar = () => Promise.race([outcome, frame.evaluate(() => 'waiting')]);
  await desk.page.clock.runFor(9_999);
  expect(await soFar()).toBe('waiting');
  await desk.page.clock.runFor(1);
  expect(await soFar()).toMatch(/did not answer within 10 seconds/);
});

it('passes on questions, notices and titles as the contract says', async () => {
  const [frame] = await windows(1);
  await frame.evaluate(async () => {
    await window.matrix.ask('What is a kernel?');
    await window.matrix.notify('Done', 'All of it');
    await window.matrix.setTitle('Mine');
    await window.matrix.data.set('one', { a: 1 });
    await window.matrix.data.delete('one');
  });
  expect(desk.host.refused).toEqual([]);
  expect(desk.host.requests.map(({ op }) => op)).toEqual(
    expect.arrayContaining(['kernel.ask', 'notify', 'window.title', 'data.set', 'data.delete']),
  );
  expect(await frame.evaluate(() => window.matrix.data.get('one'))).toBeUndefined();
  expect(await frame.evaluate(() => window.matrix.data.keys())).toEqual([]);
});

it('works as a plain page, and says where the data stays', async () => {
  await desk.page.goto(`${desk.host.url}/todo/`);
  await desk.page.getByText('Outside Matrix OS').waitFor();
  await add(desk.page.mainFrame(), 'tried out');
  expect(await items(desk.page.mainFrame())).toEqual(['tried out']);
  expect(desk.complaints).toEqual([]);
});

interface Bridge {
  readonly data: {
    get(key: string): Promise<unknown>;
    set(key: string, value: unknown): Promise<void>;
    delete(key: string): Promise<void>;
    keys(): Promise<string[]>;
  };
  ask(text: string): Promise<void>;
  notify(title: string, message?: string): Promise<void>;
  setTitle(title: string): Promise<void>;
}
declare global {
  interface Window {
    readonly matrix: Bridge;
  }
}
