import type { z } from 'zod';
import { AppError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Parses a process's environment once, and reports every problem together.
 * An empty variable counts as unset, as Compose and systemd leave it.
 *
 * @throws AppError `invalid_input`, one line per variable
 */
export const loadConfig = <Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment,
): z.output<Schema> => {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new AppError('invalid_input', `The configuration has mistakes:\n${lines.join('\n')}`);
};
