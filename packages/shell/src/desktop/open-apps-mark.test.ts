import { beforeEach, expect, it } from 'vitest';
import { createOpenAppsMark } from './open-apps-mark.ts';

const createStorage = () => {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
    key: (i: number) => [...kept.keys()][i] ?? null,
    get length() {
      return kept.size;
    },
  };
};

let local: ReturnType<typeof createStorage>;
let time: number;
let visible: boolean;
/** Loads a page into a tab. */
const load = (tab: ReturnType<typeof createStorage>) =>
  createOpenAppsMark({ local: () => local, session: () => tab, now: () => time, visible: () => visible });

beforeEach(() => {
  local = createStorage();
  local.setItem('matrix.inputs', '[]');
  time = 1_000_000;
  visible = true;
});

it('remembers the apps of a page that ended without a word, once', () => {
  const tab = createStorage();
  load(tab).keep(['todo', 'spy']);
  expect(load(tab).takeLost()).toEqual(['todo', 'spy']);
  expect(load(tab).takeLost()).toEqual([]);
});

it('says nothing of a page that was left or loaded again, however soon', () => {
  const tab = createStorage();
  const page = load(tab);
  page.keep(['todo']);
  page.leave();
  expect(load(tab).takeLost()).toEqual([]);
  expect(local.length).toBe(1);
});

it('remembers the apps of a page that stood still until it was left', () => {
  const tab = createStorage();
  const page = load(tab);
  page.keep(['spy']);
  time += 20_000;
  page.leave();
  expect(load(tab).takeLost()).toEqual(['spy']);
});

it('leaves the mark of another page that is alive, and takes that of one that is not', () => {
  load(createStorage()).keep(['todo']);
  time += 2000;
  expect(load(createStorage()).takeLost()).toEqual([]);
  time += 4000;
  expect(load(createStorage()).takeLost()).toEqual(['todo']);
});

it('keeps no mark without apps', () => {
  const page = load(createStorage());
  page.keep(['todo']);
  page.keep([]);
  expect(local.length).toBe(1);
});

it('keeps no mark while nobody sees the page', () => {
  const page = load(createStorage());
  visible = false;
  page.keep(['todo']);
  expect(local.length).toBe(1);
});

it('does without a storage, and with one that holds nonsense', () => {
  const none = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  const page = createOpenAppsMark({ local: none, session: none, now: () => time, visible: () => true });
  page.keep(['todo']);
  page.leave();
  expect(page.takeLost()).toEqual([]);
  for (const text of ['x', '7', '{"apps":1,"at":2}', '{"apps":[1,"todo"],"at":2}'])
    local.setItem(`matrix.open-apps.${text}`, text);
  expect(load(createStorage()).takeLost()).toEqual(['todo']);
});
