import { getHeapStatistics } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collectAtRest, garbageCollector, type RestCollector } from './collect-at-rest.ts';

const MB = 1024 * 1024;

describe('collectAtRest', () => {
  let running: RestCollector;
  let atRest = true;
  let held = 30 * MB;
  const collect = vi.fn(() => {
    held = 30 * MB;
  });

  beforeEach(() => {
    vi.useFakeTimers();
    [atRest, held] = [true, 30 * MB];
    collect.mockClear();
    running = collectAtRest({ isAtRest: () => atRest, everyMs: 500, held: () => held, collect });
  });
  afterEach(() => {
    running.stop();
    vi.useRealTimers();
  });

  it('leaves a process that holds little alone', () => {
    held = 40 * MB;
    vi.advanceTimersByTime(60_000);
    expect(collect).not.toHaveBeenCalled();
  });

  it('collects once after work, and not while there is any', () => {
    [atRest, held] = [false, 200 * MB];
    vi.advanceTimersByTime(60_000);
    expect(collect).not.toHaveBeenCalled();
    atRest = true;
    vi.advanceTimersByTime(500);
    expect(collect).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(collect).toHaveBeenCalledTimes(1);
  });

  it('collects again after the next crowd', () => {
    for (let crowd = 1; crowd <= 3; crowd++) {
      held = 200 * MB;
      vi.advanceTimersByTime(2_000);
      expect(collect).toHaveBeenCalledTimes(crowd);
    }
  });

  it('does not collect over and over what stays alive', () => {
    collect.mockImplementationOnce(() => {
      held = 150 * MB;
    });
    held = 200 * MB;
    vi.advanceTimersByTime(60_000);
    expect(collect).toHaveBeenCalledTimes(1);
  });
});

describe('garbageCollector', () => {
  it('gives back what nothing refers to', () => {
    const collect = garbageCollector();
    let garbage: string[][] | undefined = Array.from({ length: 200 }, (_, i) =>
      Array.from({ length: 20_000 }, (_, j) => `${i} ${j}`),
    );
    expect(garbage.length).toBe(200);
    const before = getHeapStatistics().total_heap_size;
    garbage = undefined;
    collect();
    expect(before - getHeapStatistics().total_heap_size).toBeGreaterThan(50 * MB);
  });
});
