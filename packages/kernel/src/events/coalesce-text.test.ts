import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTextCoalescer } from './coalesce-text.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('coalescing text', () => {
  test('shows the first words at once and gathers the rest', () => {
    const written: string[] = [];
    const text = createTextCoalescer((delta) => written.push(delta), 30);
    text.add('One ');
    text.add('two ');
    text.add('three');
    expect(written).toEqual(['One ']);
    vi.advanceTimersByTime(30);
    expect(written).toEqual(['One ', 'two three']);
  });

  test('flushes on demand, once', () => {
    const written: string[] = [];
    const text = createTextCoalescer((delta) => written.push(delta), 30);
    text.add('a');
    text.add('b');
    text.flush();
    text.flush();
    vi.advanceTimersByTime(100);
    expect(written).toEqual(['a', 'b']);
  });
});
