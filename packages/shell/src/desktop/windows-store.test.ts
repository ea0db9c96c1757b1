import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Api } from '../connection/api.ts';
import type { OpenAppsMark } from './open-apps-mark.ts';
import { createUnsavedLayout } from './unsaved-layout.ts';
import { createWindows } from './windows-store.ts';

const AREA = { width: 1200, height: 800 };
let kept: Map<string, string>;
let file: string | undefined;
let down: boolean;
let lost: string[];
let marked: readonly string[];

beforeEach(() => {
  vi.useFakeTimers();
  kept = new Map();
  file = undefined;
  down = false;
  lost = [];
  marked = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** A page of this browser, on an OS that holds `file`. */
const open = async () => {
  const api = {
    async fetch(_path: string, init: RequestInit = {}) {
      if (down) throw new TypeError('the gateway does not answer');
      if (init.method === 'PUT') file = String(init.body);
      return new Response(file ?? '{}', { status: file === undefined ? 404 : 200 });
    },
  } as unknown as Api;
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
  const mark: OpenAppsMark = {
    takeLost: () => lost.splice(0),
    keep: (apps) => {
      marked = apps;
    },
    leave: () => undefined,
  };
  const windows = createWindows({ api, area: AREA, unsaved: createUnsavedLayout(() => storage), mark });
  await windows.restore();
  return windows;
};
const idsOf = (windows: Awaited<ReturnType<typeof open>>) =>
  windows.store.getState().windows.map(({ id }) => id);

it('writes a change down a moment later, and keeps nothing then', async () => {
  const windows = await open();
  windows.open('files');
  expect(file).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1000);
  expect(JSON.parse(file ?? '').windows[0].id).toBe('files');
  expect(kept.size).toBe(0);
});

it('shows a window again that was opened just before the page was reloaded', async () => {
  (await open()).open('files');
  const again = await open();
  expect(idsOf(again)).toEqual(['files']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(JSON.parse(file ?? '').windows[0].id).toBe('files');
});

it('tries again when the gateway was away', async () => {
  const windows = await open();
  down = true;
  windows.open('terminal');
  await vi.advanceTimersByTimeAsync(3000);
  expect(file).toBeUndefined();
  down = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(JSON.parse(file ?? '').windows[0].id).toBe('terminal');
});

it('is not stopped by a layout that nobody of ours has written', async () => {
  const at = { x: 1e300, y: -1e300, width: 1e300, height: 0 };
  const many = Array.from({ length: 5000 }, (_, n) => ({ id: `app:a-${n}`, ...at }));
  file = JSON.stringify({ windows: many });
  const windows = await open();
  expect(idsOf(windows)).toHaveLength(50);
  expect(idsOf(windows).at(-1)).toBe('app:a-4999');
  expect(Math.abs(windows.store.getState().windows[0]?.x ?? 0)).toBeLessThan(1e6);
  windows.open('files');
  await vi.advanceTimersByTimeAsync(1000);
  expect(JSON.parse(file ?? '').windows.at(-1).id).toBe('files');

  file = `{"windows":[],"more":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const deep = await open();
  deep.open('files');
  await vi.advanceTimersByTimeAsync(1000);
  expect(JSON.parse(file ?? '').windows.at(-1).id).toBe('files');
});

it('leaves closed what was open in a page that did not survive, and says so once', async () => {
  const windows = await open();
  for (const id of ['chat', 'app:todo', 'app:spy']) windows.open(id);
  expect(marked).toEqual(['todo', 'spy']);
  await vi.advanceTimersByTimeAsync(1000);

  lost = ['spy', 'chat'];
  const after = await open();
  expect(idsOf(after)).toEqual(['chat', 'app:todo']);
  expect(marked).toEqual(['todo']);
  await vi.advanceTimersByTimeAsync(1000);
  // It stays closed without the mark, too.
  expect(idsOf(await open())).toEqual(['chat', 'app:todo']);
});
