import { calcPrice, findProvider } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { formatNano } from '../money/nano.ts';
import { NO_USAGE, PLAIN } from '../usage/token-usage.ts';
import { costOf } from './cost.ts';
import { mergePrices, publishedPrices } from './load-prices.ts';
import { createPriceTable } from './price-table.ts';

const file = publishedPrices();
const table = createPriceTable(file);
const NOW = Date.parse('2026-11-23T12:00:00Z');

describe('the published prices', () => {
  const models = file.models.filter(
    (model) => model.id.startsWith('claude-') && !/^claude-(2|v1)$/.test(model.id),
  );

  it.each(models.flatMap((model) => model.prices.map((entry) => [model.id, entry.from] as const)))(
    'agree with genai-prices on %s from %s',
    (model, from) => {
      const at = Math.max(Date.parse(from), Date.parse('2024-01-01'));
      for (const [ours, theirs] of [
        [{ input: 1_000_000 - 800_001 }, { input_tokens: 199_999 }],
        [{ output: 10_000 }, { output_tokens: 10_000 }],
        [
          { cacheRead: 10_000, cacheWrite5m: 3000 },
          { input_tokens: 13_000, cache_read_tokens: 10_000, cache_write_tokens: 3000 },
        ],
        [
          { input: 250_000, output: 1000 },
          { input_tokens: 250_000, output_tokens: 1000 },
        ],
      ] as const) {
        const cost = costOf({ ...NO_USAGE, ...ours }, table.find(model, at), PLAIN);
        const other = calcPrice(theirs, model, { providerId: 'anthropic', timestamp: new Date(at) });
        expect(other, `${model} is unknown to genai-prices`).not.toBeNull();
        expect(Number(formatNano(cost)), JSON.stringify(ours)).toBeCloseTo(other?.total_price ?? -1, 9);
      }
    },
  );

  it('know every model that genai-prices knows', () => {
    const theirs = findProvider({ providerId: 'anthropic' })?.models.map((model) => model.id) ?? [];
    expect(theirs.length).toBeGreaterThan(15);
    expect(theirs.filter((id) => !table.find(id, NOW).known)).toEqual([]);
  });

  it.each([
    ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['claude-opus-4-20250514', 'claude-opus-4'],
    ['claude-3-5-haiku-latest', 'claude-3-5-haiku'],
    ['claude-haiku-4-5@20251001', 'claude-haiku-4-5'],
  ])('find %s as %s', (asked, found) => {
    expect(table.find(asked, NOW)).toMatchObject({ id: found, known: true });
  });

  it.each(['claude-sonnet-5-5', 'claude-mythos-5-2', 'gpt-5', '', 'claude-opus-4-6x'])(
    'charge the dearest rate for %j, which they do not know',
    (model) => {
      const price = table.find(model, NOW);
      expect(price.known).toBe(false);
      for (const known of file.models) {
        const other = table.find(known.id, NOW).rates;
        expect(price.rates.output >= other.output && price.rates.input >= other.input).toBe(true);
        expect(price.rates.cacheWrite1h >= other.cacheWrite1h).toBe(true);
      }
    },
  );

  it('can be overridden model by model', () => {
    const merged = createPriceTable(
      mergePrices(file, {
        models: [
          {
            id: 'claude-sonnet-4-6',
            aliases: [],
            contextTokens: 1000,
            maxOutputTokens: 10,
            prices: [
              {
                from: '2026-01-01',
                input: '1',
                cacheWrite5m: '1',
                cacheWrite1h: '1',
                cacheRead: '1',
                output: '2',
              },
            ],
          },
        ],
      }),
    );
    expect(merged.find('claude-sonnet-4-6', NOW).rates.output).toBe(2_000_000_000n);
    expect(merged.find('claude-opus-4-8', NOW).rates).toEqual(table.find('claude-opus-4-8', NOW).rates);
  });
});
