import { readFile } from 'node:fs/promises';
import { AppError, messageOf } from '@matrix-os/kit';
import { z } from 'zod';
import { PriceFile, PriceOverrides } from './price-file.ts';
import { createPriceTable, type PriceTable } from './price-table.ts';

export const PUBLISHED_PRICES = new URL('../../prices/anthropic.json', import.meta.url);

/** @throws AppError `invalid_input`, naming the file and every mistake in it */
export const loadPrices = async (overridesPath: string | undefined): Promise<PriceTable> => {
  const published = await parseFile(PUBLISHED_PRICES, PriceFile);
  if (overridesPath === undefined) return createPriceTable(published);
  const overrides = await parseFile(overridesPath, PriceOverrides);
  return createPriceTable(mergePrices(published, overrides));
};

export const mergePrices = (published: PriceFile, overrides: PriceOverrides): PriceFile => {
  const replaced = new Set(overrides.models?.map((model) => model.id));
  const models = [
    ...published.models.filter((model) => !replaced.has(model.id)),
    ...(overrides.models ?? []),
  ];
  return PriceFile.parse({ ...published, ...overrides, models });
};

const parseFile = async <Schema extends z.ZodType>(
  path: string | URL,
  schema: Schema,
): Promise<z.output<Schema>> => {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new AppError('invalid_input', `The price file ${String(path)} can't be used:\n${why}`, {
      cause: error,
    });
  }
};
