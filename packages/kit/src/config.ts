import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { AppError, isErrnoException, messageOf } from './errors.ts';
import { readSecretFile } from './read-secret-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The name systemd gives to a folder whose file `NAME` holds the value of the secret `NAME`. */
const FOLDER = 'CREDENTIALS_DIRECTORY';

/** Marks a variable whose value nobody else may see. It has to be marked last, or the mark is lost. */
export const secret = <Schema extends z.ZodType>(schema: Schema): Schema =>
  schema.meta({ ...schema.meta(), secret: true });

export const secretNames = (schema: z.ZodObject): string[] =>
  Object.entries(schema.shape)
    .filter(([, field]) => (field as z.ZodType).meta()?.secret === true)
    .map(([name]) => name);

/**
 * The files and folders that secrets come from, as far as the environment names any. Asked before `loadConfig`, which takes
 * the names out. Descriptors are left out: they are nobody else's.
 */
export const secretPaths = (names: readonly string[], environment: Environment): string[] =>
  [...names.map((name) => environment[`${name}_FILE`]), environment[FOLDER]].flatMap((path) =>
    path === undefined || path === '' || path.startsWith('/dev/') ? [] : [resolve(path)],
  );

/**
 * Parses a process's environment once, and reports every problem together.
 * An empty variable counts as unset, as Compose and systemd leave it.
 *
 * A secret comes from `NAME`, from the file that `NAME_FILE` names, or from the file `NAME` in `CREDENTIALS_DIRECTORY`.
 * It is read once, and `NAME` and `NAME_FILE` are taken out of `environment`, so that no child process inherits them.
 *
 * @throws AppError `invalid_input`, one line per variable, which never shows a secret
 */
export const loadConfig = <Schema extends z.ZodObject>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> => {
  const { secrets, problems } = takeSecrets(secretNames(schema), environment);
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse({ ...given, ...Object.fromEntries(secrets) });
  if (result.success && problems.size === 0) return result.data;
  const lines = [...problems].map(([name, problem]) => `  ${name}: ${problem}`);
  for (const { path, message } of result.error?.issues ?? []) {
    const name = path.join('.');
    if (problems.has(name)) continue;
    const value = secrets.get(name);
    lines.push(`  ${name}: ${value !== undefined && message.includes(value) ? 'is not valid' : message}`);
  }
  throw new AppError('invalid_input', `The configuration has mistakes:\n${lines.join('\n')}`);
};

const takeSecrets = (names: readonly string[], environment: Record<string, string | undefined>) => {
  const secrets = new Map<string, string>();
  const problems = new Map<string, string>();
  for (const name of names) {
    try {
      const value = readSecret(name, environment);
      if (value !== undefined) secrets.set(name, value);
    } catch (error) {
      problems.set(name, messageOf(error));
    }
    delete environment[name];
    delete environment[`${name}_FILE`];
  }
  return { secrets, problems };
};

const readSecret = (name: string, environment: Environment): string | undefined => {
  const value = environment[name] || undefined;
  const named = environment[`${name}_FILE`] || undefined;
  const folder = environment[FOLDER] || undefined;
  const found = folder === undefined ? undefined : findFile(join(folder, name));
  const sources = [
    ...(value === undefined ? [] : [name]),
    ...(named === undefined ? [] : [`${name}_FILE`]),
    ...(found === undefined ? [] : [found]),
  ];
  if (sources.length > 1) throw new Error(`given more than once, by ${sources.join(' and ')}; keep one`);
  const path = named ?? found;
  if (path === undefined) return value;
  try {
    return readSecretFile(path);
  } catch (error) {
    const by = named === undefined ? '' : `, which ${name}_FILE names`;
    throw new Error(
      `${messageOf(error)}${by}. It has to be a file that this user may read, with the value and nothing else.`,
    );
  }
};

/** The path, unless there is nothing. One that may not be looked at is there: reading it says why. */
const findFile = (path: string): string | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : path;
  } catch (error) {
    if (!isErrnoException(error)) throw error;
    return path;
  }
};
