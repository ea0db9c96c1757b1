import type { EventEnvelope } from '@matrix-os/contracts';
import type { EventStream } from '@matrix-os/kernel';

const BATCH_EVENTS = 200;
const STALLED_MS = 30_000;

export interface Reader {
  readonly events: EventStream;
  /** The last event the client has; undefined: it wants what comes from now on. */
  readonly after: number | undefined;
  /** `seq`: everything later follows. `reset`: what came before is lost to this client. */
  readonly welcome: (seq: number, reset: boolean) => void;
  readonly send: (envelope: EventEnvelope) => void;
  /** Resolves when what was sent has been taken. */
  readonly drained: () => Promise<void>;
  readonly giveUp: () => void;
}

/**
 * Sends every event later than `after` once, in order, and then each as it happens. Missed events go out in batches at
 * the client's own pace and are read from the log again each time, so a long absence costs no memory here.
 */
export const replayThenFollow = (reader: Reader): (() => void) => {
  const { events, after } = reader;
  const last = events.lastSeq();
  // From before the state directory was lost, or older than what is kept.
  const reset = after !== undefined && (after > last || events.since(after, 1) === null);
  let sent = reset || after === undefined ? last : after;
  let following = false;
  let stopped = false;
  const deliver = (envelope: EventEnvelope) => {
    sent = envelope.seq;
    reader.send(envelope);
  };
  const unsubscribe = events.subscribe((envelope) => {
    if (following && envelope.seq > sent) deliver(envelope);
  });

  const replay = async () => {
    while (!stopped) {
      // One more than goes out tells whether more follows.
      const missed = events.since(sent, BATCH_EVENTS + 1);
      if (missed === null) return reader.giveUp();
      // Nothing can happen between this look and the switch: both are in one turn of the event loop.
      if (missed.length === 0) {
        following = true;
        return;
      }
      for (const envelope of missed.slice(0, BATCH_EVENTS)) deliver(envelope);
      if (missed.length > BATCH_EVENTS && !(await within(reader.drained(), STALLED_MS)))
        return reader.giveUp();
    }
  };
  reader.welcome(sent, reset);
  void replay();
  return () => {
    stopped = true;
    unsubscribe();
  };
};

const within = async (done: Promise<void>, ms: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
};
