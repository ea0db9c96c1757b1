import type { BridgeRequest } from '@matrix-os/contracts';
import { createTokenBucket, type Rate } from './token-bucket.ts';

type Op = BridgeRequest['op'];

/** An app may have a thousand keys, and reads or writes them all at once when it starts or imports. */
const ALL_KEYS = 1200;

/** Calls of one frame. What an app does because a person did something stays well below. */
const RATES: Readonly<Record<Op, Rate>> = {
  'data.get': { burst: ALL_KEYS, perSecond: 100 },
  'data.set': { burst: ALL_KEYS, perSecond: 50 },
  'data.delete': { burst: ALL_KEYS, perSecond: 50 },
  'data.keys': { burst: 30, perSecond: 5 },
  'kernel.ask': { burst: 3, perSecond: 0.1 },
  notify: { burst: 10, perSecond: 10 / 60 },
  'window.title': { burst: 20, perSecond: 5 },
  'theme.get': { burst: 10, perSecond: 2 },
  'keyboard.field': { burst: 60, perSecond: 20 },
  shortcut: { burst: 20, perSecond: 10 },
};

/** Messages of any kind; beyond, they are not even looked at. */
const MESSAGES: Rate = { burst: 4000, perSecond: 400 };
/** Refusals that are answered, so that the app knows. */
const ANSWERS: Rate = { burst: 200, perSecond: 20 };
/** Messages beyond a limit that an app is forgiven; one with a mistake in it sends as many in a while, a flood in a blink. */
const FORGIVEN: Rate = { burst: 2000, perSecond: 200 };
/** Milliseconds spent on taking messages out of what they came in, which only their sender can make quicker. */
const UNPACKING: Rate = { burst: 400, perSecond: 100 };

/** What is to be done with a message. `stop`: the app keeps at it and is stopped. */
type Verdict =
  | { readonly kind: 'pass'; readonly data: unknown }
  | { readonly kind: 'refuse'; readonly id: number; readonly error: string }
  | { readonly kind: 'drop' }
  | { readonly kind: 'stop' };

/** Judges each message of one frame, at a cost that doesn't grow with the message nor with how many there were. */
export interface BridgeGate {
  /** `read` gives the message; unpacking it is work, which is spared where it can be. */
  judge(read: () => unknown): Verdict;
}

const DROP: Verdict = { kind: 'drop' };
const STOP: Verdict = { kind: 'stop' };

export const createBridgeGate = (now: () => number = () => performance.now()): BridgeGate => {
  const bucket = (rate: Rate) => createTokenBucket(rate, now);
  const ops = new Map(Object.entries(RATES).map(([op, rate]) => [op, bucket(rate)]));
  const messages = bucket(MESSAGES);
  const answers = bucket(ANSWERS);
  const forgiven = bucket(FORGIVEN);
  const unpacking = bucket(UNPACKING);

  const beyond = (verdict: () => Verdict): Verdict => (forgiven.take() ? verdict() : STOP);

  return {
    judge(read) {
      if (!messages.take()) return beyond(() => DROP);
      const before = now();
      const data = read();
      unpacking.charge(now() - before);
      if (unpacking.wait() > 0) return STOP;
      if (typeof data !== 'object' || data === null || !('matrix' in data) || data.matrix !== 1)
        return beyond(() => DROP);
      const id = 'id' in data && typeof data.id === 'number' ? data.id : undefined;
      const limit = 'op' in data && typeof data.op === 'string' ? ops.get(data.op) : undefined;
      if (limit?.take()) return { kind: 'pass', data };
      return beyond(() => {
        if (id === undefined || !answers.take()) return DROP;
        const error = limit === undefined ? UNKNOWN : 'Too many calls. Wait a little, then try again.';
        return { kind: 'refuse', id, error };
      });
    },
  };
};

export const UNKNOWN = 'This is not a request that Matrix OS knows.';
