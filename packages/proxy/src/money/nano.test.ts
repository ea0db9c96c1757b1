import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ceilDivide, formatForPeople, formatNano, parseUsd } from './nano.ts';

it('writes exact decimals', () => {
  expect(formatNano(12_825_000n)).toBe('0.012825000');
  expect(formatNano(-1n)).toBe('-0.000000001');
  expect(formatNano(5_000_000_000n)).toBe('5.000000000');
});

it('reads what it wrote', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), (nano) => {
      expect(parseUsd(formatNano(nano))).toBe(nano);
    }),
  );
});

it('rounds up what people see, and what can not be divided', () => {
  expect(formatForPeople(4_000_001n)).toBe('$0.01');
  expect(formatForPeople(5_000_000_000n)).toBe('$5.00');
  expect(ceilDivide(7n, 2n)).toBe(4n);
  expect(ceilDivide(-7n, 2n)).toBe(-3n);
});

it.each(['', '-1', '1e3', '.5', '1.', 'NaN', '1,5', ' 1'])('refuses %j as an amount', (text) => {
  expect(() => parseUsd(text)).toThrow(RangeError);
});
