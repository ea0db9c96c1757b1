import { AppError } from '@matrix-os/kit';
import { z } from 'zod';
import { ceilDivide, NANO_PER_USD, type Nano, parseDecimal } from '../money/nano.ts';

/** Amounts are cents, as a decimal string. */
const CostReport = z.object({
  data: z.array(
    z.object({
      starting_at: z.string(),
      results: z.array(z.object({ amount: z.string(), currency: z.string() })),
    }),
  ),
  has_more: z.boolean(),
  next_page: z.string().nullish(),
});

const tokens = z.number().nullish();
const UsageReport = z.object({
  data: z.array(
    z.object({
      starting_at: z.string(),
      results: z.array(
        z.object({
          model: z.string().nullish(),
          uncached_input_tokens: tokens,
          cache_read_input_tokens: tokens,
          cache_creation: z
            .object({ ephemeral_5m_input_tokens: tokens, ephemeral_1h_input_tokens: tokens })
            .nullish(),
          output_tokens: tokens,
        }),
      ),
    }),
  ),
  has_more: z.boolean(),
  next_page: z.string().nullish(),
});

export interface ProviderDay {
  readonly cost: Nano;
  /** Tokens of all kinds, per model. */
  readonly models: ReadonlyMap<string, number>;
}

/** By UTC day. @throws AppError `unavailable` when the provider refuses, with its own words */
export const fetchProviderDays = async (options: {
  upstreamUrl: string;
  adminKey: string;
  from: number;
  to: number;
}): Promise<Map<string, ProviderDay>> => {
  const days = new Map<string, { cost: Nano; models: Map<string, number> }>();
  const dayOf = (startingAt: string) => {
    const day = startingAt.slice(0, 10);
    const found = days.get(day) ?? { cost: 0n, models: new Map<string, number>() };
    days.set(day, found);
    return found;
  };
  for await (const page of pages(options, 'cost_report', '', CostReport)) {
    for (const bucket of page.data) {
      const day = dayOf(bucket.starting_at);
      for (const { amount } of bucket.results) day.cost += centsToNano(amount);
    }
  }
  for await (const page of pages(options, 'usage_report/messages', '&group_by[]=model', UsageReport)) {
    for (const bucket of page.data) {
      const { models } = dayOf(bucket.starting_at);
      for (const result of bucket.results) {
        const model = result.model ?? 'unknown';
        const sum =
          (result.uncached_input_tokens ?? 0) +
          (result.cache_read_input_tokens ?? 0) +
          (result.cache_creation?.ephemeral_5m_input_tokens ?? 0) +
          (result.cache_creation?.ephemeral_1h_input_tokens ?? 0) +
          (result.output_tokens ?? 0);
        models.set(model, (models.get(model) ?? 0) + sum);
      }
    }
  }
  return days;
};

async function* pages<Schema extends z.ZodType<{ has_more: boolean; next_page?: string | null | undefined }>>(
  options: { upstreamUrl: string; adminKey: string; from: number; to: number },
  report: string,
  query: string,
  schema: Schema,
): AsyncGenerator<z.output<Schema>> {
  const base = options.upstreamUrl.replace(/\/+$/, '');
  const range = `starting_at=${new Date(options.from).toISOString()}&ending_at=${new Date(options.to).toISOString()}`;
  let next: string | undefined;
  do {
    const page = next === undefined ? '' : `&page=${encodeURIComponent(next)}`;
    const url = `${base}/v1/organizations/${report}?${range}&bucket_width=1d${query}${page}`;
    const response = await fetch(url, {
      headers: { 'x-api-key': options.adminKey, 'anthropic-version': '2023-06-01' },
      signal: AbortSignal.timeout(60_000),
    });
    if (!response.ok) {
      const words = (await response.text()).slice(0, 500);
      throw new AppError('unavailable', `The provider's ${report} answered ${response.status}: ${words}`);
    }
    const parsed = schema.parse(await response.json());
    yield parsed;
    next = parsed.has_more ? (parsed.next_page ?? undefined) : undefined;
  } while (next !== undefined);
}

const centsToNano = (cents: string): Nano => {
  const negative = cents.startsWith('-');
  const { value, scale } = parseDecimal(negative ? cents.slice(1) : cents);
  const nano = ceilDivide(value * NANO_PER_USD, 100n * 10n ** BigInt(scale));
  return negative ? -nano : nano;
};
