import { ceilDivide, type Nano } from '../money/nano.ts';
import type { Modifiers, TokenUsage } from '../usage/token-usage.ts';
import type { ModelPrice, Multiplier } from './price-table.ts';

const PER_MTOK = 1_000_000n;

/** What this usage costs: exact, rounded up once to a whole nano-dollar. Multipliers apply to tokens, not to searches. */
export const costOf = (usage: TokenUsage, price: ModelPrice, modifiers: Modifiers): Nano => {
  const allInput = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const over = price.wholeRequestOver;
  const rates = over !== undefined && allInput > over.inputTokens ? over.rates : price.rates;
  let numerator =
    BigInt(usage.input) * rates.input +
    BigInt(usage.cacheRead) * rates.cacheRead +
    BigInt(usage.cacheWrite5m) * rates.cacheWrite5m +
    BigInt(usage.cacheWrite1h) * rates.cacheWrite1h +
    BigInt(usage.output) * rates.output;
  let denominator = PER_MTOK;
  const multiply = (by: Multiplier): void => {
    numerator *= by.numerator;
    denominator *= by.denominator;
  };
  if (modifiers.batch) multiply(price.batch);
  if (modifiers.fast) multiply(price.fast);
  if (modifiers.region === 'us') multiply(price.us);
  return ceilDivide(numerator, denominator) + BigInt(usage.webSearches) * price.webSearch;
};
