import { z } from 'zod';
import { parseDecimal } from '../money/nano.ts';

const Decimal = z.string().refine((text) => {
  try {
    parseDecimal(text);
    return true;
  } catch {
    return false;
  }
}, 'write a plain decimal in quotes, such as "3.75"');

/** US dollars per million tokens; `webSearch` per single use. */
const Rates = z.strictObject({
  input: Decimal,
  cacheWrite5m: Decimal,
  cacheWrite1h: Decimal,
  cacheRead: Decimal,
  output: Decimal,
});

export const PriceFile = z.strictObject({
  $comment: z.string().optional(),
  /** Of the whole token bill, for `usage.service_tier: "batch"` and batch results. */
  batchMultiplier: Decimal,
  /** Per use. */
  webSearch: Decimal,
  /** Known to the API but not to this table: the dearest known rate, and these. */
  unknownModel: z.strictObject({ maxOutputTokens: z.int().positive(), contextTokens: z.int().positive() }),
  models: z.array(
    z.strictObject({
      /** Also matches `<id>-YYYYMMDD`, `<id>@YYYYMMDD` and `<id>-latest`. */
      id: z.string().min(1),
      aliases: z.array(z.string().min(1)).default([]),
      contextTokens: z.int().positive(),
      maxOutputTokens: z.int().positive(),
      fastMultiplier: Decimal.optional(),
      /** For `inference_geo: "us"`. */
      usMultiplier: Decimal.optional(),
      prices: z
        .array(
          z.strictObject({
            /** First UTC day they hold; the earliest entry also holds for every day before. */
            from: z.iso.date(),
            ...Rates.shape,
            /** From more than this many input tokens of all kinds, the whole request costs these. */
            wholeRequestOver: z.strictObject({ inputTokens: z.int().positive(), ...Rates.shape }).optional(),
          }),
        )
        .min(1),
    }),
  ),
});
export type PriceFile = z.infer<typeof PriceFile>;

/** What `PROXY_PRICES_FILE` may say: models replace those of the same id or are added; the rest replaces. */
export const PriceOverrides = PriceFile.partial();
export type PriceOverrides = z.infer<typeof PriceOverrides>;
