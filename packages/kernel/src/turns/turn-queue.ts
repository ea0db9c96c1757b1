import type { QueueState } from '@matrix-os/contracts';
import { AppError } from '@matrix-os/kit';

export type EndReason = 'cancelled' | 'shutdown';

export interface QueuedTurn {
  readonly session: string;
  readonly turn: string;
  /** Resolves when the turn is over and nothing of it runs any more; must not throw. `signal.reason` is an `EndReason`. */
  run(signal: AbortSignal): Promise<void>;
  /** It waits at this place now; 1 is next. Not called for a turn that starts at once. */
  waiting(position: number): void;
  /** It was taken out before it started. */
  dropped(reason: EndReason): void;
}

export interface TurnQueue {
  /** @throws AppError `unavailable` once the queue is closed */
  add(turn: QueuedTurn): void;
  /** Resolves when nothing of it runs any more, at once for a turn that isn't here. */
  cancel(turn: string): Promise<void>;
  state(): QueueState;
  /** Drops what waits, lets what runs go on for `graceMs`, then aborts it. */
  close(graceMs: number): Promise<void>;
}

interface Running {
  readonly entry: QueuedTurn;
  readonly stop: AbortController;
  readonly over: Promise<void>;
}

/** Who may run: one turn per session, `limit` overall, first come first served among those that may. */
export const createTurnQueue = (parts: {
  limit: number;
  onChange: (state: QueueState) => void;
}): TurnQueue => {
  const { limit, onChange } = parts;
  const waiting: { readonly entry: QueuedTurn; told: number }[] = [];
  const running = new Map<string, Running>();
  let closed = false;

  const state = (): QueueState => {
    const place = ({ session, turn }: QueuedTurn) => ({ session, turn });
    return {
      limit,
      running: [...running.values()].map(({ entry }) => place(entry)),
      waiting: waiting.map(({ entry }) => place(entry)),
    };
  };

  const start = (entry: QueuedTurn): void => {
    const stop = new AbortController();
    const over = entry.run(stop.signal).finally(() => {
      running.delete(entry.turn);
      advance();
    });
    running.set(entry.turn, { entry, stop, over });
  };

  const advance = (): void => {
    const busy = new Set([...running.values()].map(({ entry }) => entry.session));
    for (let index = 0; index < waiting.length && running.size < limit; ) {
      const next = waiting[index];
      if (next === undefined || busy.has(next.entry.session)) {
        index += 1;
        continue;
      }
      waiting.splice(index, 1);
      busy.add(next.entry.session);
      start(next.entry);
    }
    for (const [index, one] of waiting.entries()) {
      if (one.told === index + 1) continue;
      one.told = index + 1;
      one.entry.waiting(index + 1);
    }
    onChange(state());
  };

  const drop = (turn: string, reason: EndReason): boolean => {
    const index = waiting.findIndex(({ entry }) => entry.turn === turn);
    const [taken] = index < 0 ? [] : waiting.splice(index, 1);
    taken?.entry.dropped(reason);
    return taken !== undefined;
  };

  return {
    add(entry) {
      if (closed)
        throw new AppError('unavailable', 'Matrix OS is shutting down. Send it again when it is back.');
      waiting.push({ entry, told: 0 });
      advance();
    },
    async cancel(turn) {
      if (drop(turn, 'cancelled')) {
        advance();
        return;
      }
      const found = running.get(turn);
      found?.stop.abort('cancelled' satisfies EndReason);
      await found?.over;
    },
    state,
    async close(graceMs) {
      closed = true;
      for (const { entry } of [...waiting]) drop(entry.turn, 'shutdown');
      onChange(state());
      const timer = setTimeout(() => {
        for (const { stop } of running.values()) stop.abort('shutdown' satisfies EndReason);
      }, graceMs);
      await Promise.all([...running.values()].map(({ over }) => over));
      clearTimeout(timer);
    },
  };
};
