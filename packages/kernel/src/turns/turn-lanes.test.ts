import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTurnLanes } from './turn-lanes.ts';

type Lane = 'owner' | 'visitor';

/** Lanes over turns that run until they are told to end; `log` has what became of the owner's. */
const setup = (limits = { owner: 2, visitor: 1, waiting: 3 }) => {
  const log: string[] = [];
  const running = new Map<string, { readonly lane: Lane; readonly done: PromiseWithResolvers<void> }>();
  const lanes = createTurnLanes({
    limits: {
      owner: { limit: limits.owner, maxWaiting: Number.POSITIVE_INFINITY },
      visitor: { limit: limits.visitor, maxWaiting: limits.waiting },
    },
    onChange: () => {},
  });
  const tell = (lane: Lane, line: string) => void (lane === 'owner' && log.push(line));
  const send = (lane: Lane, session: string, turn: string): boolean => {
    try {
      lanes.assertRoom(lane);
    } catch (error) {
      expect(error).toMatchObject({ code: 'rate_limited', details: { retryAfterSeconds: 60 } });
      return false;
    }
    lanes.add(lane, {
      session,
      turn,
      run(signal) {
        tell(lane, `run ${turn}`);
        const done = Promise.withResolvers<void>();
        running.set(turn, { lane, done });
        signal.addEventListener('abort', () => done.resolve());
        return done.promise.finally(() => running.delete(turn));
      },
      waiting: (position) => tell(lane, `${turn} at ${position}`),
      dropped: (reason) => tell(lane, `drop ${turn} ${reason}`),
    });
    return true;
  };
  const settled = () => new Promise(setImmediate);
  /** Ends the oldest that runs in the lane. */
  const finish = async (lane: Lane) => {
    [...running.values()].find((one) => one.lane === lane)?.done.resolve();
    await settled();
  };
  const count = (lane: Lane) => [...running.values()].filter((one) => one.lane === lane).length;
  return { lanes, log, send, finish, count, settled };
};

const step = fc.oneof(
  fc.record({ do: fc.constant('send' as const), session: fc.nat(3) }),
  fc.record({ do: fc.constant('finish' as const) }),
  fc.record({ do: fc.constant('cancel' as const), turn: fc.nat(30) }),
);
const steps = fc.array(fc.record({ lane: fc.constantFrom<Lane>('owner', 'visitor'), step }), {
  maxLength: 60,
});

/** Plays the steps of the lanes that take part; a turn's name tells its lane, so those left out change no name. */
const play = async (
  given: typeof steps extends fc.Arbitrary<infer T> ? T : never,
  parts: readonly Lane[],
) => {
  const subject = setup();
  const sent = { owner: 0, visitor: 0 };
  let refused = 0;
  for (const { lane, step: one } of given) {
    if (!parts.includes(lane)) continue;
    if (one.do === 'send') {
      if (!subject.send(lane, `${lane}-s${one.session}`, `${lane}-${sent[lane]++}`)) refused++;
    } else if (one.do === 'finish') await subject.finish(lane);
    else {
      await subject.lanes.cancel(`${lane}-${one.turn}`);
      await subject.settled();
    }
    expect(subject.count('owner')).toBeLessThanOrEqual(2);
    expect(subject.count('visitor')).toBeLessThanOrEqual(1);
    const waiting = subject.lanes.state().waiting.filter(({ turn }) => turn.startsWith('visitor'));
    expect(waiting.length).toBeLessThanOrEqual(3);
  }
  const { log } = subject;
  await subject.lanes.close(0);
  return { log, refused };
};

describe('the lanes of the turn queue', () => {
  test('whatever visitors do, the owner’s turns fare as if there were none', () =>
    fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const together = await play(given, ['owner', 'visitor']);
        const alone = await play(given, ['owner']);
        expect(together.log).toEqual(alone.log);
      }),
      { numRuns: 200 },
    ));

  test('a thousand visitors neither wait before the owner nor take a place', async () => {
    const { lanes, log, send } = setup({ owner: 1, visitor: 2, waiting: 20 });
    const taken = Array.from({ length: 1000 }, (_, i) => send('visitor', `v${i}`, `visitor-${i}`));
    expect(taken.filter(Boolean)).toHaveLength(22);
    send('owner', 'mine', 'owner-0');
    send('owner', 'other', 'owner-1');
    expect(log).toEqual(['run owner-0', 'owner-1 at 1']);
    expect(lanes.state().waiting.map(({ turn }) => turn)[0]).toBe('owner-1');
    expect(lanes.state()).toMatchObject({ limit: 1, running: { length: 3 }, waiting: { length: 21 } });
    await lanes.close(0);
  });

  test('has room for a visitor again once one of those that wait has started', async () => {
    const { lanes, send, finish } = setup();
    const sent = Array.from({ length: 5 }, (_, i) => send('visitor', `v${i}`, `visitor-${i}`));
    expect(sent).toEqual([true, true, true, true, false]);
    await finish('visitor');
    expect(send('visitor', 'v9', 'visitor-9')).toBe(true);
    await lanes.close(0);
    expect(() => send('owner', 's', 'owner-9')).toThrow('shutting down');
  });
});
