import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createMemoryKernel } from '../testing/memory-kernel.ts';
import { replayThenFollow } from './replay.ts';

const say = { type: 'text', delta: 'x' } as const;

/** A client that takes a batch only when the test lets it. */
const follow = (options: { kept: number; after: number | undefined }) => {
  const kernel = createMemoryKernel({ home: '/nowhere' });
  for (let i = 0; i < options.kept; i++) kernel.emit(say);
  const sent: number[] = [];
  const taken: (() => void)[] = [];
  const giveUp = vi.fn();
  const welcome = vi.fn();
  const stop = replayThenFollow({
    events: kernel.events,
    after: options.after,
    welcome,
    send: ({ seq }) => void sent.push(seq),
    drained: () => new Promise((resolve) => taken.push(resolve)),
    giveUp,
  });
  const take = async () => {
    taken.shift()?.();
    await nextTurn();
  };
  return { kernel, sent, take, stop, giveUp, welcome };
};

const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('a client that was away', () => {
  it('gets what happens during its replay after what it missed, once and in order', async () => {
    const { kernel, sent, take } = follow({ kept: 500, after: 0 });
    expect(sent).toEqual(upTo(1, 200));
    kernel.emit(say);
    expect(sent).toEqual(upTo(1, 200));
    await take();
    kernel.emit(say);
    await take();
    expect(sent).toEqual(upTo(1, 502));
    kernel.emit(say);
    expect(sent).toEqual(upTo(1, 503));
  });

  it('is sent nothing more once it is gone', async () => {
    const { kernel, sent, take, stop } = follow({ kept: 500, after: 0 });
    stop();
    await take();
    kernel.emit(say);
    expect(sent).toEqual(upTo(1, 200));
  });

  it('is given up when what it needs next is dropped from the log meanwhile', async () => {
    const { kernel, take, giveUp } = follow({ kept: 500, after: 0 });
    kernel.forgetThrough(300);
    await take();
    expect(giveUp).toHaveBeenCalledOnce();
  });

  it('is given up when it takes nothing for half a minute', async () => {
    vi.useFakeTimers();
    const { giveUp } = follow({ kept: 500, after: 0 });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(giveUp).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(giveUp).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });

  it.each([
    [{ kept: 10, after: undefined }, 10, false],
    [{ kept: 10, after: 4 }, 4, false],
    [{ kept: 10, after: 11 }, 10, true],
  ])('is told where it stands: %j', (options, seq, reset) => {
    expect(follow(options).welcome).toHaveBeenCalledExactlyOnceWith(seq, reset);
  });
});
