import type { EventEnvelope } from '@matrix-os/contracts';
import { expect, it } from 'vitest';
import { createNoticeMarks } from './notice-marks.ts';
import { createNotices } from './notices.ts';

const told = (seq: number): EventEnvelope => ({
  seq,
  at: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
  session: null,
  turn: null,
  event: { type: 'notice', level: 'info', title: String(seq), message: '' },
});
const browser = () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  return () => createNotices(createNoticeMarks(() => storage));
};
const titles = (list: readonly { title: string }[]) => list.map(({ title }) => title);

it('shows a few of those missed, lists all, and shows none again after a reload', () => {
  const open = browser();
  const all = [1, 2, 3, 4, 5].map(told);
  const { store, catchUp } = open();
  catchUp(all, 5);
  expect(titles(store.getState().toasts)).toEqual(['3', '4', '5']);
  expect(titles(store.getState().list)).toEqual(['5', '4', '3', '2', '1']);
  expect(store.getState().unread).toBe(5);
  const again = open();
  again.catchUp([...all, told(6)], 6);
  expect(titles(again.store.getState().toasts)).toEqual(['6']);
  expect(again.store.getState().list).toHaveLength(6);
  expect(again.store.getState().unread).toBe(1);
});

it('tells one that comes live and in the list once, and hides nothing that was missed before it', () => {
  const notices = browser()();
  notices.tell(told(3));
  notices.catchUp([1, 2, 3].map(told), 3);
  notices.tell(told(3));
  expect(titles(notices.store.getState().list)).toEqual(['3', '2', '1']);
  expect(notices.store.getState().toasts).toHaveLength(3);
});

it('does not bring back what was cleared', () => {
  const open = browser();
  const first = open();
  first.catchUp([told(1)], 1);
  first.clear();
  const again = open();
  again.catchUp([told(1), told(2)], 2);
  expect(titles(again.store.getState().list)).toEqual(['2']);
});

it('starts anew with an OS that was put back', () => {
  const open = browser();
  open().catchUp([told(900)], 900);
  const again = open();
  again.catchUp([told(4)], 4);
  expect(titles(again.store.getState().toasts)).toEqual(['4']);
});

it('works where the browser keeps nothing', () => {
  const notices = createNotices(
    createNoticeMarks(() => {
      throw new Error('denied');
    }),
  );
  notices.catchUp([told(1)], 1);
  expect(titles(notices.store.getState().toasts)).toEqual(['1']);
});
