import { describe, expect, test } from 'vitest';
import { createTurnQueue, type EndReason } from './turn-queue.ts';

const setup = (limit = 2) => {
  const log: string[] = [];
  const running = new Map<string, PromiseWithResolvers<void>>();
  const signals = new Map<string, AbortSignal>();
  const queue = createTurnQueue({ limit, onChange: () => {} });
  const add = (session: string, turn: string) =>
    queue.add({
      session,
      turn,
      run: (signal) => {
        log.push(`run ${turn}`);
        signals.set(turn, signal);
        const done = Promise.withResolvers<void>();
        running.set(turn, done);
        return done.promise;
      },
      waiting: (position) => log.push(`${turn} at ${position}`),
      dropped: (reason) => log.push(`drop ${turn} ${reason}`),
    });
  const finish = async (turn: string) => {
    running.get(turn)?.resolve();
    await new Promise(setImmediate);
  };
  return { log, queue, add, finish, signals };
};

describe('the turn queue', () => {
  test('starts what it may at once, and tells the rest where they stand', async () => {
    const { log, add, finish, queue } = setup(2);
    add('s1', 't1');
    add('s2', 't2');
    add('s3', 't3');
    add('s4', 't4');
    expect(log).toEqual(['run t1', 'run t2', 't3 at 1', 't4 at 2']);
    await finish('t1');
    expect(log.slice(4)).toEqual(['run t3', 't4 at 1']);
    expect(queue.state()).toEqual({
      limit: 2,
      running: [
        { session: 's2', turn: 't2' },
        { session: 's3', turn: 't3' },
      ],
      waiting: [{ session: 's4', turn: 't4' }],
    });
  });

  test('keeps one session in order, and lets others past it', async () => {
    const { log, add, finish } = setup(2);
    add('s1', 'a1');
    add('s1', 'a2');
    add('s2', 'b1');
    expect(log).toEqual(['run a1', 'a2 at 1', 'run b1']);
    await finish('a1');
    expect(log.at(-1)).toBe('run a2');
  });

  test('cancels what waits without running it', async () => {
    const { log, add, queue } = setup(1);
    add('s1', 't1');
    add('s2', 't2');
    await queue.cancel('t2');
    expect(log.at(-1)).toBe('drop t2 cancelled');
    expect(queue.state().waiting).toEqual([]);
  });

  test('cancels what runs, and resolves when it is over', async () => {
    const { add, queue, finish, signals } = setup(1);
    add('s1', 't1');
    let over = false;
    const cancelled = queue.cancel('t1').then(() => {
      over = true;
    });
    expect(signals.get('t1')?.reason).toBe('cancelled' satisfies EndReason);
    await new Promise(setImmediate);
    expect(over).toBe(false);
    await finish('t1');
    await cancelled;
    expect(queue.state().running).toEqual([]);
  });

  test('closes: drops what waits, aborts what outlasts the grace, takes nothing more', async () => {
    const { log, add, queue, finish, signals } = setup(1);
    add('s1', 't1');
    add('s2', 't2');
    const closed = queue.close(0);
    expect(log.at(-1)).toBe('drop t2 shutdown');
    await new Promise((resolve) => signals.get('t1')?.addEventListener('abort', resolve));
    expect(signals.get('t1')?.reason).toBe('shutdown');
    await finish('t1');
    await closed;
    expect(() => add('s3', 't3')).toThrow('shutting down');
  });
});
