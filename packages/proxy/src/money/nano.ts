/** Money is whole nano-dollars (10⁻⁹ USD) in a bigint; never a float. */
export type Nano = bigint;

export const NANO_PER_USD = 1_000_000_000n;

/** `12825000n` → `"0.012825000"`: exact, always nine decimals. */
export const formatNano = (nano: Nano): string => {
  const sign = nano < 0n ? '-' : '';
  const digits = (nano < 0n ? -nano : nano).toString().padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
};

/** For people: cents, rounded up, so that nobody reads that less was spent than was. `$0.004` is shown as `$0.01`. */
export const formatForPeople = (nano: Nano): string => {
  const cents = ceilDivide(nano, 10_000_000n);
  return `$${cents / 100n}.${(cents % 100n).toString().padStart(2, '0')}`;
};

/** A decimal as exact `value / 10^scale`. @throws RangeError for what is no plain non-negative decimal */
export const parseDecimal = (text: string): { value: bigint; scale: number } => {
  const match = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(text);
  if (match === null) throw new RangeError(`${JSON.stringify(text)} is not a plain decimal number`);
  const fraction = match[2] ?? '';
  return { value: BigInt(`${match[1]}${fraction}`), scale: fraction.length };
};

/** Dollars as text → nano-dollars, rounded up beyond the ninth decimal. */
export const parseUsd = (text: string): Nano => {
  const { value, scale } = parseDecimal(text);
  return ceilDivide(value * NANO_PER_USD, 10n ** BigInt(scale));
};

/** For `divisor > 0`; what can't be divided is charged, not given away. */
export const ceilDivide = (value: bigint, divisor: bigint): bigint =>
  value <= 0n ? value / divisor : (value + divisor - 1n) / divisor;

/** Of none: 0. (`Math.max` takes no bigints.) */
export const highest = (values: Iterable<Nano>): Nano => {
  let most = 0n;
  for (const value of values) {
    if (value > most) most = value;
  }
  return most;
};
