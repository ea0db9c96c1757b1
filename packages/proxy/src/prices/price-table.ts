import { highest, type Nano, parseDecimal, parseUsd } from '../money/nano.ts';
import type { PriceFile } from './price-file.ts';

/** Nano-dollars per million tokens, so that every published rate is a whole number. */
interface Rates {
  readonly input: Nano;
  readonly cacheWrite5m: Nano;
  readonly cacheWrite1h: Nano;
  readonly cacheRead: Nano;
  readonly output: Nano;
}

export interface Multiplier {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export interface ModelPrice {
  readonly id: string;
  /** False: not in the table, charged at the dearest known rate, and flagged. */
  readonly known: boolean;
  readonly rates: Rates;
  readonly wholeRequestOver: { readonly inputTokens: number; readonly rates: Rates } | undefined;
  readonly batch: Multiplier;
  readonly fast: Multiplier;
  readonly us: Multiplier;
  readonly webSearch: Nano;
  readonly maxOutputTokens: number;
  readonly contextTokens: number;
}

export interface PriceTable {
  /** Never undefined: an unknown model has a price too. `at` in milliseconds since 1970. */
  find(model: string, at: number): ModelPrice;
}

const DAY_MS = 86_400_000;
const SUFFIX = /(?:[-@]\d{8}|-latest)$/;

/** Earlier or later entries of a model hold from their UTC day on. */
export const createPriceTable = (file: PriceFile): PriceTable => {
  const byId = new Map<string, PriceFile['models'][number]>();
  for (const model of file.models) for (const id of [model.id, ...model.aliases]) byId.set(id, model);
  const cache = new Map<string, ModelPrice>();
  let cachedDay = -1;

  const dearest = (day: string): ModelPrice => {
    const all = file.models.map((model) => priceOn(file, model, day));
    const rates = all.flatMap((price) => [price.rates, price.wholeRequestOver?.rates ?? price.rates]);
    return {
      id: 'unknown',
      known: false,
      rates: {
        input: highest(rates.map((rate) => rate.input)),
        cacheWrite5m: highest(rates.map((rate) => rate.cacheWrite5m)),
        cacheWrite1h: highest(rates.map((rate) => rate.cacheWrite1h)),
        cacheRead: highest(rates.map((rate) => rate.cacheRead)),
        output: highest(rates.map((rate) => rate.output)),
      },
      wholeRequestOver: undefined,
      batch: multiplier(file.batchMultiplier),
      fast: all.map((price) => price.fast).reduce(larger),
      us: all.map((price) => price.us).reduce(larger),
      webSearch: parseUsd(file.webSearch),
      ...file.unknownModel,
    };
  };

  return {
    find(model, at) {
      const today = Math.floor(at / DAY_MS);
      if (today !== cachedDay) cache.clear();
      cachedDay = today;
      const cached = cache.get(model);
      if (cached !== undefined) return cached;
      const day = new Date(at).toISOString().slice(0, 10);
      const entry = byId.get(model) ?? byId.get(model.replace(SUFFIX, ''));
      const price = entry === undefined ? dearest(day) : priceOn(file, entry, day);
      // Model names come from requests: the cache must not grow with them.
      if (cache.size > 1000) cache.clear();
      cache.set(model, price);
      return price;
    },
  };
};

const priceOn = (file: PriceFile, model: PriceFile['models'][number], day: string): ModelPrice => {
  const dated = [...model.prices].sort((a, b) => (a.from < b.from ? -1 : 1));
  const entry = dated.findLast((candidate) => candidate.from <= day) ?? dated[0];
  if (entry === undefined) throw new Error(`${model.id} has no price`);
  const over = entry.wholeRequestOver;
  const dearestFast = file.models.flatMap((other) => other.fastMultiplier ?? []).map(multiplier);
  return {
    id: model.id,
    known: true,
    rates: ratesOf(entry),
    wholeRequestOver: over && { inputTokens: over.inputTokens, rates: ratesOf(over) },
    batch: multiplier(file.batchMultiplier),
    // A model that answers fast though its table entry has no such price is not given away.
    fast:
      model.fastMultiplier === undefined
        ? dearestFast.reduce(larger, multiplier('1'))
        : multiplier(model.fastMultiplier),
    us: multiplier(model.usMultiplier ?? '1'),
    webSearch: parseUsd(file.webSearch),
    maxOutputTokens: model.maxOutputTokens,
    contextTokens: model.contextTokens,
  };
};

const ratesOf = (entry: Record<keyof Rates, string>): Rates => ({
  input: parseUsd(entry.input),
  cacheWrite5m: parseUsd(entry.cacheWrite5m),
  cacheWrite1h: parseUsd(entry.cacheWrite1h),
  cacheRead: parseUsd(entry.cacheRead),
  output: parseUsd(entry.output),
});

const multiplier = (text: string): Multiplier => {
  const { value, scale } = parseDecimal(text);
  return { numerator: value, denominator: 10n ** BigInt(scale) };
};

const larger = (a: Multiplier, b: Multiplier): Multiplier =>
  a.numerator * b.denominator >= b.numerator * a.denominator ? a : b;
