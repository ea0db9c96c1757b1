import { expect, it } from 'vitest';
import { createAllowance } from './allowance.ts';

it('gives so many in any window of time, and says when there is one again', () => {
  let now = 1000;
  const allowance = createAllowance({ max: 2, windowMs: 100, now: () => now });
  expect(allowance.take()).toBeNull();
  now = 1060;
  expect([allowance.take(), allowance.take(), allowance.take()]).toEqual([null, 1100, 1100]);
  now = 1100;
  expect([allowance.take(), allowance.take()]).toEqual([null, 1160]);
});
