import type { EventLog } from '../events/event-log.ts';
import type { Database } from '../sessions/sqlite.ts';
import { partsOf } from './turn-parts.ts';
import type { TurnStore } from './turn-store.ts';

export const INTERRUPTED = {
  code: 'interrupted',
  message: 'Matrix OS stopped in the middle of this.',
  hint: 'What was written until then is kept. Send "go on" to continue.',
} as const;

export const NOT_STARTED = {
  code: 'interrupted',
  message: 'Matrix OS stopped before it got to this.',
  hint: 'Send it again if you still want it.',
} as const;

/**
 * After the process died: every open turn is over. A waiting one is not started by itself, for it may be hours later and
 * nobody may be looking; its text is in the conversation, ready to be sent again. True when there was one.
 */
export const recoverTurns = (parts: { database: Database; turns: TurnStore; events: EventLog }): boolean => {
  const { database, turns, events } = parts;
  const open = turns.open();
  if (open.length === 0) return false;
  database.writeDurably(() => {
    for (const turn of open) {
      const error = turn.status === 'running' ? INTERRUPTED : NOT_STARTED;
      turns.ended(turn.id, {
        status: 'interrupted',
        parts: partsOf(events.ofTurn(turn.id).map((envelope) => envelope.event)),
        error,
      });
      events.append({ session: turn.session, turn: turn.id }, { type: 'error', ...error });
    }
  });
  return true;
};
