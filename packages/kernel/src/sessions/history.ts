import type { EventEnvelope, SessionSummary, Turn, TurnPart } from '@matrix-os/contracts';
import type { Sessions } from '../kernel.ts';
import type { StoredTurn, TurnStore } from '../turns/turn-store.ts';
import type { SessionStore, StoredSession } from './session-store.ts';

/** The sessions as the desktop sees them. */
export const createSessions = (parts: {
  sessions: SessionStore;
  turns: TurnStore;
  lastSeq: () => number;
  /** What a running turn has shown so far. */
  shown: (turn: string) => readonly TurnPart[] | undefined;
  pending: (session: string) => EventEnvelope[];
  cancel: (turn: string) => Promise<void>;
  /** Tells the engines to forget the conversation. */
  forget: (session: string) => Promise<void>;
}): Sessions => {
  const { sessions, turns, lastSeq, shown, pending, cancel, forget } = parts;

  const summary = (session: StoredSession, open: ReadonlySet<string>): SessionSummary => ({
    ...session,
    busy: open.has(session.id),
  });
  const openSessions = () => new Set(turns.open().map((turn) => turn.session));

  const toTurn = ({ session: _, snapshot: __, ...turn }: StoredTurn): Turn => ({
    ...turn,
    parts: [...(shown(turn.id) ?? turn.parts)],
  });

  return {
    list() {
      const open = openSessions();
      return sessions.list().map((session) => summary(session, open));
    },
    history(id) {
      const session = sessions.get(id);
      return {
        session: summary(session, openSessions()),
        turns: turns.ofSession(id).map(toTurn),
        pending: pending(id),
        lastSeq: lastSeq(),
      };
    },
    rename(id, title) {
      sessions.get(id);
      sessions.rename(id, title);
      return summary(sessions.get(id), openSessions());
    },
    async remove(id) {
      sessions.get(id);
      const open = turns.open().filter((turn) => turn.session === id);
      // The newest first, so that the one that waits does not start when the one before it ends.
      for (const turn of open.reverse()) await cancel(turn.id);
      await forget(id);
      sessions.remove(id);
    },
  };
};
