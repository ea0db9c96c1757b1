import type { MessageAccepted, MessageRequest, MessageResponse, QueueState } from '@matrix-os/contracts';
import { AppError, type Logger, messageOf } from '@matrix-os/kit';
import type { Engine, EngineHost } from '../engine.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Snapshots } from '../git/snapshots.ts';
import { contextOf, type Principal, senderOf } from '../principal.ts';
import type { SessionStore, StoredSession } from '../sessions/session-store.ts';
import type { Database } from '../sessions/sqlite.ts';
import { createEndLater } from './end-later.ts';
import { NOT_STARTED } from './recover-turns.ts';
import { createTurnRunner, type TurnOutcome } from './run-turn.ts';
import { createTurnLanes, type LaneLimits } from './turn-lanes.ts';
import type { EndReason } from './turn-queue.ts';
import { createTurnHistory, type TurnHistory } from './turn-snapshots.ts';
import type { StoredTurn, TurnStore } from './turn-store.ts';

type Sent = MessageAccepted & { completed: Promise<MessageResponse> };

export interface Conversation {
  send(principal: Principal, request: MessageRequest): Promise<Sent>;
  cancel(turn: string): Promise<void>;
  queue(): QueueState;
  onQueue(listener: (queue: QueueState) => void): () => void;
  /** What a running turn has shown so far. */
  shown: ReturnType<typeof createTurnRunner>['shown'];
  ownerWrote(paths: readonly string[]): void;
  close(graceMs: number): Promise<void>;
}

const outcomeOf = (turn: StoredTurn): TurnOutcome | undefined => {
  if (turn.status === 'queued' || turn.status === 'running') return undefined;
  if (turn.error !== null) {
    const { message, hint } = turn.error;
    return { ok: false, error: new AppError('unavailable', [message, hint].filter(Boolean).join(' ')) };
  }
  const text = turn.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const usage = turn.usage ?? { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  return { ok: true, response: { session: turn.session, turn: turn.id, text, usage } };
};

/** Takes messages in, puts their turns in the queue and sees each to its end. */
export const createConversation = (parts: {
  /** No turn starts before. */
  ready: Promise<void>;
  database: Database;
  sessions: SessionStore;
  turns: TurnStore;
  events: EventLog;
  snapshots: Snapshots;
  lanes: LaneLimits;
  /** The engine for a turn that starts now. */
  engine: () => Engine;
  host: (turn: StoredTurn, history: TurnHistory, signal: AbortSignal) => EngineHost;
  log: Logger;
}): Conversation => {
  const { ready, database, sessions, turns, events, snapshots, engine, host, log } = parts;
  const runner = createTurnRunner({ database, sessions, turns, events, log });
  const later = createEndLater({ database, turns, events });
  const listeners = new Set<(queue: QueueState) => void>();
  const outcomes = new Map<string, PromiseWithResolvers<TurnOutcome>>();
  const histories = new Map<string, TurnHistory>();
  const queue = createTurnLanes({
    limits: parts.lanes,
    onChange(state) {
      for (const listener of listeners) listener(state);
    },
  });

  let closed = false;

  const settle = (turn: string, outcome: TurnOutcome): void => {
    outcomes.get(turn)?.resolve(outcome);
    outcomes.delete(turn);
  };

  const completion = (turn: StoredTurn): Promise<MessageResponse> => {
    const over = outcomeOf(turn);
    const outcome = over === undefined ? outcomes.get(turn.id)?.promise : Promise.resolve(over);
    const completed = (outcome ?? Promise.reject(new Error(`turn ${turn.id} is nowhere`))).then((end) => {
      if (end.ok) return end.response;
      throw end.error;
    });
    // Nobody has to listen: the events tell the same.
    completed.catch(() => undefined);
    return completed;
  };

  /** @throws AppError `not_found`, `forbidden` */
  const sessionFor = (principal: Principal, request: MessageRequest): StoredSession | undefined => {
    if (request.session !== undefined) return sessions.getOwn(principal, request.session);
    return principal.kind === 'owner' ? undefined : sessions.latestOf(principal);
  };

  const drop = (turn: StoredTurn, reason: EndReason): void => {
    const owner = { session: turn.session, turn: turn.id };
    const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
    database.writeDurably(() => {
      if (reason === 'shutdown') {
        turns.ended(turn.id, { status: 'interrupted', parts: [], error: NOT_STARTED });
        events.append(owner, { type: 'error', ...NOT_STARTED });
      } else {
        const facts = { stop: 'cancelled', usage, costUsd: null, durationMs: 0 } as const;
        turns.ended(turn.id, { status: 'cancelled', parts: [], ...facts });
        events.append(owner, { type: 'result', text: '', ...facts });
      }
    });
    settle(turn.id, outcomeOf(turns.get(turn.id)) as TurnOutcome);
  };

  const run = async (turn: StoredTurn, principal: Principal, signal: AbortSignal): Promise<void> => {
    const history = createTurnHistory({ turn, snapshots, turns, events, log });
    histories.set(turn.id, history);
    try {
      await ready;
      await history.start();
      await runner.run(
        {
          turn,
          from: senderOf(principal),
          context: contextOf(principal),
          engine: engine(),
          host: host(turn, history, signal),
          onOutcome: (outcome) => settle(turn.id, outcome),
        },
        signal,
      );
      await history.finish();
    } catch (error) {
      log.error({ turn: turn.id, reason: messageOf(error) }, 'a turn could not be finished');
      settle(turn.id, { ok: false, error: new AppError('unavailable', 'Something broke inside Matrix OS.') });
      later.end(turn);
    } finally {
      histories.delete(turn.id);
    }
  };

  return {
    async send(principal, request) {
      if (closed)
        throw new AppError('unavailable', 'Matrix OS is shutting down. Send it again when it is back.');
      // Ids are the sender's own: nobody learns of another's turn by guessing one.
      const key = request.id === undefined ? undefined : `${senderOf(principal)}:${request.id}`;
      const before = key === undefined ? undefined : turns.byRequest(key);
      if (before !== undefined) {
        return { session: before.session, turn: before.id, completed: completion(before) };
      }
      const known = sessionFor(principal, request);
      queue.assertRoom(principal.kind);
      const turn = database.writeDurably(() => {
        const session = known ?? sessions.create(principal, request.text);
        sessions.touch(session.id);
        return turns.create({ session: session.id, prompt: request.text, request: key });
      });
      outcomes.set(turn.id, Promise.withResolvers<TurnOutcome>());
      const completed = completion(turn);
      try {
        queue.add(principal.kind, {
          session: turn.session,
          turn: turn.id,
          run: (signal) => run(turn, principal, signal),
          waiting: (position) =>
            void events.append({ session: turn.session, turn: turn.id }, { type: 'queued', position }),
          dropped: (reason) => drop(turn, reason),
        });
      } catch (error) {
        drop(turn, 'shutdown');
        throw error;
      }
      return { session: turn.session, turn: turn.id, completed };
    },
    async cancel(turn) {
      turns.get(turn);
      await queue.cancel(turn);
    },
    queue: () => queue.state(),
    onQueue(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    shown: (turn) => runner.shown(turn),
    ownerWrote(paths) {
      for (const history of histories.values()) history.ownerWrote(paths);
    },
    close(graceMs) {
      closed = true;
      return queue.close(graceMs).finally(() => later.close());
    },
  };
};
