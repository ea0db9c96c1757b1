import type { EventLog } from '../events/event-log.ts';
import type { Database } from '../sessions/sqlite.ts';
import { partsOf } from './turn-parts.ts';
import type { TurnStore } from './turn-store.ts';

const NO_ROOM = {
  code: 'disk_full',
  message: 'Matrix OS could not write down what it did here: most likely the disk was full.',
  hint: 'Make room, then send it again.',
} as const;

export interface EndLater {
  end(turn: { readonly id: string; readonly session: string }): void;
  close(): void;
}

/** A full disk takes not even the end of a turn: it is written as soon as there is room, so that no chat waits for ever. */
export const createEndLater = (parts: {
  database: Database;
  turns: TurnStore;
  events: EventLog;
  retryMs?: number;
}): EndLater => {
  const { database, turns, events, retryMs = 2000 } = parts;
  const waiting = new Set<NodeJS.Timeout>();

  const attempt: EndLater['end'] = (turn) => {
    try {
      const { status } = turns.get(turn.id);
      if (status !== 'queued' && status !== 'running') return;
      database.writeDurably(() => {
        const told = events.ofTurn(turn.id).map(({ event }) => event);
        turns.ended(turn.id, { status: 'failed', parts: partsOf(told), error: NO_ROOM });
        events.append({ session: turn.session, turn: turn.id }, { type: 'error', ...NO_ROOM });
      });
    } catch {
      const timer = setTimeout(() => {
        waiting.delete(timer);
        attempt(turn);
      }, retryMs).unref();
      waiting.add(timer);
    }
  };

  return {
    end: attempt,
    close() {
      for (const timer of waiting) clearTimeout(timer);
      waiting.clear();
    },
  };
};
