import { describe, expect, it } from 'vitest';
import { createFairLimit } from './fair-limit.ts';

const setup = (limit: number) => {
  const places = createFairLimit({ limit });
  const ended: string[] = [];
  const hold = (group: string, name: string) => places.hold(group, () => void ended.push(name));
  return { places, ended, hold };
};

describe('a fair limit', () => {
  it('ends the oldest of the group that has the most', () => {
    const { places, ended, hold } = setup(4);
    hold('b', 'b1');
    hold('a', 'a1');
    hold('a', 'a2');
    hold('a', 'a3');
    expect(ended).toEqual([]);
    hold('b', 'b2');
    expect(ended).toEqual(['a1']);
    hold('c', 'c1');
    expect(ended).toEqual(['a1', 'b1']);
    expect(places.held()).toBe(4);
  });

  it('never ends the only one of a group for one that has many, however fast it asks', () => {
    const { places, ended, hold } = setup(8);
    hold('owner', 'owner');
    for (let i = 0; i < 10_000; i++) hold('attacker', `attacker ${i}`);
    expect(ended).not.toContain('owner');
    expect(ended.slice(0, 2)).toEqual(['attacker 0', 'attacker 1']);
    expect(places.held()).toBe(8);
  });

  it('ends the oldest when everybody holds one', () => {
    const { ended, hold } = setup(3);
    for (const name of ['a', 'b', 'c', 'd', 'e']) hold(name, name);
    expect(ended).toEqual(['a', 'b']);
  });

  it('takes a place back once, and ends nobody for it', () => {
    const { places, ended, hold } = setup(2);
    const release = hold('a', 'a1');
    release();
    release();
    hold('a', 'a2');
    hold('a', 'a3');
    expect([places.held(), ended]).toEqual([2, []]);
    hold('a', 'a4');
    release();
    expect([places.held(), ended]).toEqual([2, ['a2']]);
  });
});
