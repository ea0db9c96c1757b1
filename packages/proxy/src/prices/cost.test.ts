import { describe, expect, it } from 'vitest';
import { formatNano } from '../money/nano.ts';
import { NO_USAGE, PLAIN } from '../usage/token-usage.ts';
import { costOf } from './cost.ts';
import { publishedPrices } from './load-prices.ts';
import { createPriceTable } from './price-table.ts';

const table = createPriceTable(publishedPrices());
const NOW = Date.parse('2026-11-23T12:00:00Z');
const BEFORE_FLAT = Date.parse('2026-03-12T23:59:59Z');
const FLAT = Date.parse('2026-03-13T00:00:00Z');

describe('costOf', () => {
  // Worked out by hand from the published rates, in dollars per million tokens.
  it.each([
    // 1000 × 3
    ['plain input', 'claude-sonnet-4-6', { input: 1000 }, {}, NOW, '0.003000000'],
    // 200 × 15
    ['output', 'claude-sonnet-4-6', { output: 200 }, {}, NOW, '0.003000000'],
    // 1000 × 0.30
    ['cache read at a tenth', 'claude-sonnet-4-6', { cacheRead: 1000 }, {}, NOW, '0.000300000'],
    // 1000 × 3.75
    ['cache write, 5 minutes', 'claude-sonnet-4-6', { cacheWrite5m: 1000 }, {}, NOW, '0.003750000'],
    // 1000 × 6
    ['cache write, 1 hour', 'claude-sonnet-4-6', { cacheWrite1h: 1000 }, {}, NOW, '0.006000000'],
    // 10 × 5 + 100 × 6.25 + 50 × 10 + 2000 × 0.5 + 30 × 25 = 50 + 625 + 500 + 1000 + 750
    [
      'all kinds together',
      'claude-opus-4-8',
      { input: 10, cacheWrite5m: 100, cacheWrite1h: 50, cacheRead: 2000, output: 30 },
      {},
      NOW,
      '0.002925000',
    ],
    // A read at 0.05 of the input: 1000 × 0.2
    ["a model's own cache rate", 'claude-opus-5-5', { cacheRead: 1000 }, {}, NOW, '0.000200000'],
    // (1000 × 3 + 200 × 15) / 2
    ['batch', 'claude-sonnet-4-6', { input: 1000, output: 200 }, { batch: true }, NOW, '0.003000000'],
    // (1000 × 5 + 100 × 25) × 6
    ['fast', 'claude-opus-4-6', { input: 1000, output: 100 }, { fast: true }, NOW, '0.045000000'],
    // (1000 × 5 + 100 × 25) × 1.1
    ['region', 'claude-opus-4-6', { input: 1000, output: 100 }, { region: 'us' }, NOW, '0.008250000'],
    // (1000 × 5 + 100 × 25) × 6 × 1.1
    [
      'fast in a region',
      'claude-opus-4-6',
      { input: 1000, output: 100 },
      { fast: true, region: 'us' },
      NOW,
      '0.049500000',
    ],
    // No region price before the models that have one.
    ['region, older model', 'claude-haiku-4-5', { input: 1000 }, { region: 'us' }, NOW, '0.001000000'],
    // One token at $0.03 per million is 30 nano-dollars; half of it
    ['half of an odd rate', 'claude-3-haiku', { cacheRead: 1 }, { batch: true }, NOW, '0.000000015'],
    // 3 × 250 nano-dollars / 2
    ['batch, small change', 'claude-3-haiku', { input: 3 }, { batch: true }, NOW, '0.000000375'],
    // 3 × $10 per thousand, untouched by the token multipliers
    ['web searches', 'claude-sonnet-4-6', { webSearches: 3 }, { batch: true }, NOW, '0.030000000'],
    // 200,000 × 3: exactly at the threshold is below it
    ['long context, at the threshold', 'claude-sonnet-4-5', { input: 200_000 }, {}, NOW, '0.600000000'],
    // 200,001 × 6 + 1000 × 22.5: the whole request, output too
    [
      'long context, whole request',
      'claude-sonnet-4-5',
      { input: 200_001, output: 1000 },
      {},
      NOW,
      '1.222506000',
    ],
    // Cached input counts to the threshold: 150,000 × 0.6 + 60,000 × 6
    [
      'long context, by all input',
      'claude-sonnet-4-5',
      { cacheRead: 150_000, input: 60_000 },
      {},
      NOW,
      '0.450000000',
    ],
    // 300,000 × 6 before, × 3 from 13 March 2026 on
    [
      'the day before a price changed',
      'claude-sonnet-4-6',
      { input: 300_000 },
      {},
      BEFORE_FLAT,
      '1.800000000',
    ],
    ['the day it changed', 'claude-sonnet-4-6', { input: 300_000 }, {}, FLAT, '0.900000000'],
    // The dearest known output: 1000 × 75
    ['unknown model, output', 'claude-next', { output: 1000 }, {}, NOW, '0.075000000'],
    ['nothing', 'claude-sonnet-4-6', {}, { fast: true, batch: true }, NOW, '0.000000000'],
  ] as const)('%s', (_name, model, usage, modifiers, at, expected) => {
    const cost = costOf({ ...NO_USAGE, ...usage }, table.find(model, at), { ...PLAIN, ...modifiers });
    expect(formatNano(cost)).toBe(expected);
  });

  it('never loses a fraction of a nano-dollar to the client', () => {
    const price = { ...table.find('claude-3-haiku', NOW), us: { numerator: 11n, denominator: 10n } };
    // 1 × 30 nano × 1.1 × 0.5 = 16.5
    expect(costOf({ ...NO_USAGE, cacheRead: 1 }, price, { fast: false, region: 'us', batch: true })).toBe(
      17n,
    );
  });
});
