import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@matrix-os/kit';
import { afterEach, describe, expect, test } from 'vitest';
import { createEventLog } from '../events/event-log.ts';
import { OWNER, type Principal } from '../principal.ts';
import { recoverTurns } from '../turns/recover-turns.ts';
import { createTurnStore } from '../turns/turn-store.ts';
import { MIGRATIONS } from './schema.ts';
import { createSessionStore, titleFrom } from './session-store.ts';
import { openDatabase } from './sqlite.ts';

const BOB: Principal = { kind: 'visitor', handle: 'bob', proof: 'test' };
const folder = mkdtempSync(join(tmpdir(), 'matrix-store-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const log = createLogger({ name: 'test', level: 'silent' });

const open = (path = ':memory:') => {
  const database = openDatabase(path, MIGRATIONS);
  return {
    database,
    sessions: createSessionStore({ database }),
    turns: createTurnStore({ database }),
    events: createEventLog({ database, log }),
  };
};

describe('the database', () => {
  test('runs each migration once, also those that a later release adds', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'matrix-migrate-')), 'a.sqlite');
    openDatabase(path, ['CREATE TABLE a (x)']).close();
    const database = openDatabase(path, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)']);
    expect(database.sql.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 });
    expect(database.sql.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    database.close();
    database.close();
    rmSync(join(path, '..'), { recursive: true });
  });
});

describe('sessions and turns', () => {
  test('are kept, listed newest first, and go together', () => {
    const { sessions, turns } = open();
    const first = sessions.create(OWNER, 'Hello\nworld');
    const second = sessions.create(BOB, 'Hi');
    sessions.touch(second.id);
    expect(sessions.list().map(({ title, from }) => `${from}: ${title}`)).toEqual([
      'bob: Hi',
      'owner: Hello',
    ]);
    expect(sessions.latestOf(BOB)?.id).toBe(second.id);
    expect(sessions.getOwn(BOB, second.id).id).toBe(second.id);
    expect(() => sessions.getOwn(BOB, first.id)).toThrow('somebody else');
    expect(() => sessions.getOwn(OWNER, second.id)).toThrow('somebody else');
    sessions.setEngineToken(first.id, 'claude', 'one');
    sessions.setEngineToken(first.id, 'claude', 'two');
    expect(sessions.engineToken(first.id, 'claude')).toBe('two');
    expect(sessions.engineToken(first.id, 'builtin')).toBeUndefined();
    const turn = turns.create({ session: first.id, prompt: 'Hello', request: 'owner:1' });
    expect(turns.byRequest('owner:1')?.id).toBe(turn.id);
    sessions.remove(first.id);
    expect(() => sessions.get(first.id)).toThrow('Start a new one');
    expect(() => turns.get(turn.id)).toThrow('does not exist');
  });

  test('a title is the first line, cut at a word', () => {
    expect(titleFrom('  Buy milk \n and more')).toBe('Buy milk');
    expect(titleFrom(`${'word '.repeat(30)}`)).toBe(`${'word '.repeat(12).trim()}…`);
    expect(titleFrom('x'.repeat(100))).toBe(`${'x'.repeat(60)}…`);
  });

  test('what a dead process left open is interrupted, with what it had shown', () => {
    const { database, sessions, turns, events } = open();
    const session = sessions.create(OWNER, 'Hello');
    const running = turns.create({ session: session.id, prompt: 'one', request: undefined });
    turns.started(running.id, 'claude');
    const owner = { session: session.id, turn: running.id };
    events.append(owner, { type: 'text', delta: 'Half ' });
    events.append(owner, { type: 'text', delta: 'a sentence' });
    events.append(owner, { type: 'tool_start', id: 't', name: 'Write', summary: 'Writing a' });
    const waiting = turns.create({ session: session.id, prompt: 'two', request: undefined });

    expect(recoverTurns({ database, turns, events })).toBe(true);
    expect(turns.get(running.id)).toMatchObject({
      status: 'interrupted',
      parts: [
        { type: 'text', text: 'Half a sentence' },
        { type: 'tool', ok: null },
      ],
      error: { code: 'interrupted', hint: expect.stringContaining('go on') },
    });
    expect(turns.get(waiting.id)).toMatchObject({ status: 'interrupted', parts: [] });
    expect(events.since(3)?.map(({ event, turn }) => [event.type, turn])).toEqual([
      ['error', running.id],
      ['error', waiting.id],
    ]);
    expect(recoverTurns({ database, turns, events })).toBe(false);
  });
});
