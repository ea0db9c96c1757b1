import type { IncomingMessage } from 'node:http';

/** Ends requests whose body drips: they would hold a connection for ever at no cost to the sender. */
export interface SlowBodies {
  /** Answers how to stop watching. `onSlow` is called at most once. */
  watch(request: IncomingMessage, onSlow: () => void): () => void;
  close(): void;
}

/** No byte for this long, or, after it, less than `SLOWEST` on the average. */
const PATIENCE_MS = 60_000;
const SLOWEST_BYTES_PER_MS = 0.5;
const LOOK_EVERY_MS = 5_000;

interface Watched {
  readonly since: number;
  readonly start: number;
  bytes: number;
  lastAt: number;
  onSlow(): void;
}

export const createSlowBodies = (patience = PATIENCE_MS): SlowBodies => {
  const watched = new Map<IncomingMessage, Watched>();
  const look = (): void => {
    const now = performance.now();
    for (const [request, state] of watched) {
      if (request.complete) {
        watched.delete(request);
        continue;
      }
      // What the socket has taken in so far; a body that waits for upstream is not the sender's fault.
      const bytes = (request.socket?.bytesRead ?? 0) - state.start;
      if (bytes > state.bytes || request.isPaused()) state.lastAt = now;
      state.bytes = bytes;
      const age = now - state.since;
      const stalled = now - state.lastAt > patience;
      const dripping = age > patience && !request.isPaused() && bytes / age < SLOWEST_BYTES_PER_MS;
      if (!stalled && !dripping) continue;
      watched.delete(request);
      state.onSlow();
    }
  };
  const timer = setInterval(look, Math.min(LOOK_EVERY_MS, patience / 4));
  timer.unref();
  return {
    watch(request, onSlow) {
      const now = performance.now();
      const start = request.socket?.bytesRead ?? 0;
      watched.set(request, { since: now, start, bytes: 0, lastAt: now, onSlow });
      return () => watched.delete(request);
    },
    close: () => clearInterval(timer),
  };
};
