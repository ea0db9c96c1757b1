import { expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from './config.ts';
import { AppError } from './errors.ts';

const schema = z.object({ PORT: z.coerce.number().int().default(4000), NAME: z.string() });

it('reports every mistake at once, by the name of its variable', () => {
  const load = () => loadConfig(schema, { PORT: 'eighty' });
  expect(load).toThrow(AppError);
  expect(load).toThrow(/PORT:[\s\S]*NAME:/);
});

it('takes an empty variable as unset', () => {
  expect(loadConfig(schema, { PORT: '', NAME: 'x' })).toEqual({ PORT: 4000, NAME: 'x' });
});
