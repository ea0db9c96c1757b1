import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface RestCollector {
  stop(): void;
}

export interface RestCollectorOptions {
  /** Whether nothing is under way. */
  readonly isAtRest: () => boolean;
  readonly everyMs?: number;
  /** Bytes of heap that the process holds. */
  readonly held?: () => number;
  readonly collect?: () => void;
}

const EVERY_MS = 500;
/** Less than this is not worth a pause. */
const WORTH_BYTES = 16 * 1024 * 1024;

/**
 * Gives memory back when there is time for it. V8 collects when it needs room: after five hundred streams the process would
 * keep what they left behind, and grow by some of it with every such crowd, until it is full enough for a collection that
 * then falls into the next crowd. A collection of what is alive here (about 25 MB) takes some 20 ms; at rest nobody waits.
 */
export const collectAtRest = ({
  isAtRest,
  everyMs = EVERY_MS,
  held = () => getHeapStatistics().total_heap_size,
  collect = garbageCollector(),
}: RestCollectorOptions): RestCollector => {
  let least = held();
  let wasAtRest = false;
  const timer = setInterval(() => {
    const atRest = isAtRest();
    // Twice in a row, so that the pause between two requests of one client is none.
    if (atRest && wasAtRest) {
      if (held() - least > WORTH_BYTES) {
        collect();
        least = held();
      }
      least = Math.min(least, held());
    }
    wasAtRest = atRest;
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};

/** V8's own, which Node only hands out to who asks for it by a flag. The last resort is the one that gives pages back. */
export const garbageCollector = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { type: 'major'; flavor: 'last-resort' }) => void;
  setFlagsFromString('--no-expose-gc');
  return () => gc({ type: 'major', flavor: 'last-resort' });
};
