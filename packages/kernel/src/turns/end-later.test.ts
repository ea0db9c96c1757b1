import type { EventEnvelope } from '@matrix-os/contracts';
import { createLogger } from '@matrix-os/kit';
import { expect, test } from 'vitest';
import { createEventLog } from '../events/event-log.ts';
import { OWNER } from '../principal.ts';
import { MIGRATIONS } from '../sessions/schema.ts';
import { createSessionStore } from '../sessions/session-store.ts';
import { openDatabase } from '../sessions/sqlite.ts';
import { createEndLater } from './end-later.ts';
import { createTurnStore } from './turn-store.ts';

test('a turn that a full disk cut off ends as soon as there is room', async () => {
  const database = openDatabase(':memory:', MIGRATIONS);
  const sessions = createSessionStore({ database });
  const turns = createTurnStore({ database });
  const events = createEventLog({ database, log: createLogger({ name: 'test', level: 'silent' }) });
  const session = sessions.create(OWNER, 'Hello').id;
  const turn = turns.create({ session, prompt: 'Hello', request: undefined });
  turns.started(turn.id, 'claude');
  const owner = { session, turn: turn.id };
  events.append(owner, { type: 'text', delta: 'I begin' });

  database.sql.exec('PRAGMA max_page_count = 1');
  for (const size of [1000, 1]) {
    expect(() => {
      for (;;) events.append(owner, { type: 'text', delta: 'x'.repeat(size) });
    }).toThrow(/full/);
  }
  const later = createEndLater({ database, turns, events, retryMs: 1 });
  later.end(turn);
  expect(turns.get(turn.id).status).toBe('running');

  const ended = new Promise<EventEnvelope>((resolve) => void events.subscribe(resolve));
  database.sql.exec('PRAGMA max_page_count = 100000');
  expect((await ended).event).toMatchObject({ type: 'error', code: 'disk_full' });
  expect(turns.get(turn.id)).toMatchObject({ status: 'failed', error: { code: 'disk_full' } });
  expect(turns.get(turn.id).parts[0]).toMatchObject({ type: 'text' });
  later.end(turn);
  expect(events.ofTurn(turn.id).filter(({ event }) => event.type === 'error')).toHaveLength(1);
  later.close();
  database.close();
});
