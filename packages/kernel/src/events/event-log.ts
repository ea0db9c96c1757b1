import type { EventEnvelope, KernelEvent } from '@matrix-os/contracts';
import { type Logger, messageOf } from '@matrix-os/kit';
import type { EventStream } from '../kernel.ts';
import type { Database } from '../sessions/sqlite.ts';

/** Whose event it is; neither for a notice of the whole system. */
export interface EventOwner {
  readonly session: string | null;
  readonly turn: string | null;
}

export interface EventLog extends EventStream {
  /** Durable against the process's death when it returns; then told to every subscriber. */
  append(owner: EventOwner, event: KernelEvent): EventEnvelope;
  ofTurn(turn: string): EventEnvelope[];
}

const KEPT_EVENTS = 5000;
const NOTICES_AT_MOST = 100;
// Pruning in batches keeps a DELETE out of most appends.
const PRUNE_EVERY = 500;

const toEnvelope = (row: Record<string, unknown>): EventEnvelope => ({
  seq: Number(row.seq),
  at: String(row.at),
  session: row.session === null ? null : String(row.session),
  turn: row.turn === null ? null : String(row.turn),
  event: JSON.parse(String(row.event)) as KernelEvent,
});

/** Every event of this OS in one order, kept long enough for a browser that was away to catch up. */
export const createEventLog = (parts: {
  database: Database;
  log: Logger;
  now?: () => Date;
  keep?: number;
}): EventLog => {
  const { database, log, now = () => new Date(), keep = KEPT_EVENTS } = parts;
  const { sql } = database;
  const insert = sql.prepare('INSERT INTO events (at, session, turn, event) VALUES (?, ?, ?, ?)');
  const after = sql.prepare('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?');
  const byTurn = sql.prepare('SELECT * FROM events WHERE turn = ? ORDER BY seq');
  // By the index on turns, which also holds the order of those that have none.
  const told = sql.prepare(
    "SELECT * FROM events WHERE turn IS NULL AND at >= ? AND event ->> '$.type' = 'notice' ORDER BY seq DESC LIMIT ?",
  );
  const oldest = sql.prepare('SELECT min(seq) AS seq FROM events');
  const prune = sql.prepare('DELETE FROM events WHERE seq <= ?');
  const given = sql.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
  const listeners = new Set<(envelope: EventEnvelope) => void>();
  let last = Number(given.get()?.seq ?? 0);

  const tell = (envelope: EventEnvelope): void => {
    for (const listener of listeners) {
      // One browser's trouble must not keep the others from hearing it, nor end the turn.
      try {
        listener(envelope);
      } catch (error) {
        log.error({ seq: envelope.seq, reason: messageOf(error) }, 'an event listener failed');
      }
    }
  };

  return {
    append(owner, event) {
      const at = now().toISOString();
      const { lastInsertRowid } = insert.run(at, owner.session, owner.turn, JSON.stringify(event));
      last = Number(lastInsertRowid);
      if (last % PRUNE_EVERY === 0) prune.run(last - keep);
      const envelope: EventEnvelope = { seq: last, at, session: owner.session, turn: owner.turn, event };
      database.afterCommit(() => tell(envelope));
      return envelope;
    },
    ofTurn: (turn) => byTurn.all(turn).map(toEnvelope),
    lastSeq: () => last,
    since(seq, limit = -1) {
      // A client that is ahead saw events of a database that a power cut or a restore took back.
      if (seq > last) return null;
      if (seq === last) return [];
      const first = Number(oldest.get()?.seq ?? Number.POSITIVE_INFINITY);
      if (first > seq + 1) return null;
      return after.all(seq, limit).map(toEnvelope);
    },
    notices: (sinceMs) =>
      told.all(new Date(sinceMs).toISOString(), NOTICES_AT_MOST).map(toEnvelope).reverse(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
