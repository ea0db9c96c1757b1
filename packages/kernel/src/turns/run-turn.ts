import type { EngineId, KernelEvent, MessageResponse, TurnPart } from '@matrix-os/contracts';
import { AppError, type Logger, messageOf } from '@matrix-os/kit';
import type { Engine, EngineEvent, EngineHost, TurnContext } from '../engine.ts';
import { createTextCoalescer } from '../events/coalesce-text.ts';
import type { EventLog } from '../events/event-log.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { Database } from '../sessions/sqlite.ts';
import { INTERRUPTED } from './recover-turns.ts';
import { createTurnParts, type TurnParts } from './turn-parts.ts';
import type { StoredTurn, TurnStore } from './turn-store.ts';

type Final = Extract<EngineEvent, { type: 'result' | 'error' }>;

export interface TurnRunner {
  /** Runs one turn to its end and writes down all of it. Never throws; the answer or the failure is what it returns. */
  run(job: TurnJob, signal: AbortSignal): Promise<void>;
  /** What a running turn has shown so far; undefined when it doesn't run. */
  shown(turn: string): readonly TurnPart[] | undefined;
}

interface TurnJob {
  readonly turn: StoredTurn;
  readonly from: string;
  readonly context: TurnContext;
  readonly engine: Engine;
  readonly host: EngineHost;
  /** Told with the final event, before the engine has cleaned up behind itself. */
  readonly onOutcome: (outcome: TurnOutcome) => void;
}

export type TurnOutcome =
  | { readonly ok: true; readonly response: MessageResponse }
  | { readonly ok: false; readonly error: AppError };

const BROKEN = {
  type: 'error',
  code: 'internal',
  message: 'Something broke inside Matrix OS while it worked on this.',
  hint: 'Send it again; the log has the details.',
} as const satisfies KernelEvent;

export const createTurnRunner = (parts: {
  database: Database;
  sessions: SessionStore;
  turns: TurnStore;
  events: EventLog;
  log: Logger;
}): TurnRunner => {
  const { database, sessions, turns, events, log } = parts;

  const live = new Map<string, TurnParts>();

  return {
    shown: (turn) => live.get(turn)?.list(),
    async run({ turn, from, context, engine, host, onOutcome }, signal) {
      const owner = { session: turn.session, turn: turn.id };
      const startedAt = performance.now();
      const shown = createTurnParts();
      let outcome: TurnOutcome | undefined;

      const tell = (event: KernelEvent): void => {
        shown.add(event);
        live.set(turn.id, shown);
        events.append(owner, event);
      };
      const text = createTextCoalescer((delta) => tell({ type: 'text', delta }));

      const end = (given: Final): void => {
        // The engine ends politely on any abort; that it was the system's own end is known here.
        const final: Final =
          given.type === 'result' && given.stop === 'cancelled' && signal.reason === 'shutdown'
            ? { type: 'error', ...INTERRUPTED }
            : given;
        text.flush();
        database.writeDurably(() => {
          if (final.type === 'result') {
            const { type: _, text: said, ...facts } = final;
            turns.ended(turn.id, {
              status: facts.stop === 'cancelled' ? 'cancelled' : 'done',
              parts: shown.list(),
              ...facts,
            });
          } else {
            const { type: _, ...error } = final;
            turns.ended(turn.id, {
              status: error.code === INTERRUPTED.code ? 'interrupted' : 'failed',
              parts: shown.list(),
              error,
              durationMs: Math.round(performance.now() - startedAt),
            });
          }
          sessions.touch(turn.session);
          events.append(owner, final);
        });
        outcome =
          final.type === 'result'
            ? { ok: true, response: { ...owner, text: final.text, usage: final.usage } }
            : {
                ok: false,
                error: new AppError('unavailable', [final.message, final.hint].filter(Boolean).join(' ')),
              };
        onOutcome(outcome);
      };

      try {
        const engineId: EngineId = engine.id;
        database.writeDurably(() => {
          turns.started(turn.id, engineId);
          events.append(owner, { type: 'start', engine: engineId, text: turn.prompt, from });
        });
        const resume = context === 'guest' ? undefined : sessions.engineToken(turn.session, engineId);
        for await (const event of engine.run({ text: turn.prompt, context, resume, host }, signal)) {
          if (outcome !== undefined && event.type !== 'session') continue;
          if (event.type === 'session') {
            if (context === 'owner') sessions.setEngineToken(turn.session, engineId, event.engineSession);
          } else if (event.type === 'text') {
            text.add(event.delta);
          } else if (event.type === 'result' || event.type === 'error') {
            end(event);
          } else {
            text.flush();
            tell(event);
          }
        }
      } catch (error) {
        log.error({ ...owner, reason: messageOf(error), stack: (error as Error).stack }, 'a turn broke');
        if (outcome === undefined) end(BROKEN);
      } finally {
        live.delete(turn.id);
      }
      if (outcome === undefined) {
        log.error(owner, 'the engine ended without a result');
        end(BROKEN);
      }
    },
  };
};
