import { expect, it } from 'vitest';
import { jsonSize } from './bounded-json.ts';
import { BridgeRequest } from './bridge.ts';

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let n = 0; n < depth; n++) value = [value];
  return value;
};
const cyclic: unknown[] = [];
cyclic.push(cyclic);

it.each([null, false, 0, '', 'text', [1, [2]], { a: { b: null } }, Object.create(null), nested(90)])(
  'takes %j',
  (value) => {
    expect(jsonSize(value, 1000)).toBeGreaterThan(0);
  },
);

it.each([
  undefined,
  Number.NaN,
  1n,
  new Date(0),
  new Map(),
  new Uint8Array(4),
  [undefined],
  new Array(3),
  { a: () => 1 },
  cyclic,
  nested(200),
])('refuses what is no JSON: %s', (value) => {
  expect(jsonSize(value, 1_000_000)).toBeUndefined();
});

it('ends with the limit, however large the value', () => {
  expect(jsonSize('x'.repeat(1001), 1000)).toBeUndefined();
  expect(jsonSize(new Array(2 ** 32 - 1), 5_000_000)).toBeUndefined();
  let read = 0;
  const traps = new Proxy(Array(1e5).fill(1), {
    get: (target, key) => {
      if (key !== 'length') read += 1;
      return Reflect.get(target, key);
    },
  });
  expect(jsonSize({ traps, more: [traps, traps, traps] }, 300_000)).toBeUndefined();
  expect(read).toBeLessThan(100_000);
});

it('is what the bridge takes as a value', () => {
  const set = (value: unknown) =>
    BridgeRequest.safeParse({ matrix: 1, id: 1, op: 'data.set', key: 'k', value }).success;
  expect(set({ list: [1, 'two', null] })).toBe(true);
  expect(set('x'.repeat(4_999_000))).toBe(true);
  expect(set('x'.repeat(5_000_001))).toBe(false);
  expect(set(undefined)).toBe(false);
  expect(set(new Map())).toBe(false);
});
