import { createLogger } from '@matrix-os/kit';
import { describe, expect, test } from 'vitest';
import { MIGRATIONS } from '../sessions/schema.ts';
import { openDatabase } from '../sessions/sqlite.ts';
import { createEventLog } from './event-log.ts';

const OWNER = { session: null, turn: null };
const notice = (title: string) => ({ type: 'notice', level: 'info', title, message: '' }) as const;
const log = createLogger({ name: 'test', level: 'silent' });
const open = (keep?: number) => {
  const database = openDatabase(':memory:', MIGRATIONS);
  return { database, events: createEventLog({ database, log, ...(keep === undefined ? {} : { keep }) }) };
};

describe('the event log', () => {
  test('numbers events without a gap and tells them in order', () => {
    const { events } = open();
    const heard: number[] = [];
    const stop = events.subscribe(({ seq }) => heard.push(seq));
    for (const title of ['a', 'b', 'c']) events.append(OWNER, notice(title));
    stop();
    events.append(OWNER, notice('d'));
    expect(heard).toEqual([1, 2, 3]);
    expect(events.lastSeq()).toBe(4);
    expect(events.since(2)?.map(({ seq }) => seq)).toEqual([3, 4]);
    expect(events.since(4)).toEqual([]);
    expect(events.since(0, 2)?.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('says so when some of the missed events are gone, or were never there', () => {
    const { events } = open(100);
    for (let index = 0; index < 500; index++) events.append(OWNER, notice(String(index)));
    expect(events.since(399)).toBeNull();
    expect(events.since(400)).toHaveLength(100);
    expect(events.since(501)).toBeNull();
  });

  test('goes on counting in a new process, even when everything was pruned', () => {
    const { database, events } = open();
    events.append(OWNER, notice('a'));
    events.append(OWNER, notice('b'));
    database.sql.exec('DELETE FROM events');
    const again = createEventLog({ database, log });
    expect(again.lastSeq()).toBe(2);
    expect(again.since(1)).toBeNull();
    expect(again.append(OWNER, notice('c')).seq).toBe(3);
    expect(again.since(2)).toHaveLength(1);
  });

  test('tells nobody of what was rolled back, and of the rest only when it is committed', () => {
    const { database, events } = open();
    const heard: string[] = [];
    events.subscribe(({ event }) => heard.push(event.type === 'notice' ? event.title : ''));
    expect(() =>
      database.write(() => {
        events.append(OWNER, notice('never'));
        throw new Error('no');
      }),
    ).toThrow('no');
    database.writeDurably(() => {
      events.append(OWNER, notice('kept'));
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual(['kept']);
    expect(events.since(0)?.map(({ seq }) => seq)).toEqual([events.lastSeq()]);
  });

  test('keeps the notices of no turn for whoever was away', () => {
    const database = openDatabase(':memory:', MIGRATIONS);
    let time = Date.UTC(2026, 0, 1);
    const events = createEventLog({ database, log, now: () => new Date(time) });
    events.append(OWNER, notice('too old'));
    time = Date.UTC(2026, 0, 8);
    events.append({ session: 's', turn: 't' }, notice('of a turn'));
    events.append(OWNER, { type: 'window', op: 'open', app: 'notes' });
    for (let index = 0; index < 101; index++) events.append(OWNER, notice(String(index)));
    const titles = events
      .notices(time)
      .map(({ event }) => (event.type === 'notice' ? event.title : event.type));
    expect(titles).toHaveLength(100);
    expect([titles[0], titles.at(-1)]).toEqual(['1', '100']);
    expect(events.notices(time + 1)).toEqual([]);
  });

  test('survives a listener that throws', () => {
    const { events } = open();
    const heard: number[] = [];
    events.subscribe(() => {
      throw new Error('a broken browser');
    });
    events.subscribe(({ seq }) => heard.push(seq));
    events.append(OWNER, notice('a'));
    expect(heard).toEqual([1]);
  });
});
