import { readFile } from 'node:fs/promises';
import { AppError, messageOf } from '@matrix-os/kit';
import { z } from 'zod';
import published from '../../prices/anthropic.json' with { type: 'json' };
import { PriceFile, PriceOverrides } from './price-file.ts';
import { createPriceTable, type PriceTable } from './price-table.ts';

/** What the release was made with; part of the bundle, so it can't get lost on the way. */
export const publishedPrices = (): PriceFile => PriceFile.parse(published);

/** @throws AppError `invalid_input`, naming the file and every mistake in it */
export const loadPrices = async (overridesPath: string | undefined): Promise<PriceTable> => {
  if (overridesPath === undefined) return createPriceTable(publishedPrices());
  const overrides = await parseFile(overridesPath, PriceOverrides);
  return createPriceTable(mergePrices(publishedPrices(), overrides));
};

export const mergePrices = (base: PriceFile, overrides: PriceOverrides): PriceFile => {
  const replaced = new Set(overrides.models?.map((model) => model.id));
  const models = [...base.models.filter((model) => !replaced.has(model.id)), ...(overrides.models ?? [])];
  return PriceFile.parse({ ...base, ...overrides, models });
};

const parseFile = async <Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> => {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new AppError('invalid_input', `The price file ${path} can't be used:\n${why}`, {
      cause: error,
    });
  }
};
