import { lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAppError, isErrnoException, messageOf } from '@matrix-os/kit';
import { z } from 'zod';
import { inHomeFolder, splitLast } from './hold-folder.ts';
import { readHomeFile, writeHomeFile } from './home-file.ts';
import { isTooDeep, MAX_JSON_DEPTH } from './json-depth.ts';

/** Paths are relative to the home. */
export interface DamagedFile {
  readonly path: string;
  readonly movedTo: string;
  readonly reason: string;
}

export type OnDamaged = (info: DamagedFile) => void;

/** What the owner is told of it. */
export const damageNotice = ({ path, movedTo, reason }: DamagedFile) => ({
  title: 'A damaged file was set aside',
  message: `${path} could not be read (${shorten(reason)}). It is kept as ${movedTo}.`,
});

// Editors and tools that truncate and then write leave half a file for a moment; a file this fresh gets a second look.
const SETTLE_MS = 250;
/** What any of the OS's own files needs, many times over. */
const MAX_BYTES = 1_000_000;

/**
 * Reads a JSON file of the home, where anybody may have written anything. Undefined when there is none; one with bad
 * syntax, the wrong shape, too large, too deep or no plain file is moved aside, told to `onDamaged`, and counts as none.
 *
 * @throws AppError `forbidden` where a folder above it is a link or a file
 */
export const readJsonFile = async <Schema extends z.core.$ZodType>(
  home: string,
  path: string,
  schema: Schema,
  options: { readonly onDamaged: OnDamaged; readonly maxBytes?: number },
): Promise<z.output<Schema> | undefined> => {
  const { onDamaged, maxBytes = MAX_BYTES } = options;
  const { folder, name } = splitLast(path);
  let read = await tryRead(home, path, schema, maxBytes);
  if (read.state === 'damaged' && (await modifiedWithin(home, path, SETTLE_MS))) {
    await delay(SETTLE_MS);
    read = await tryRead(home, path, schema, maxBytes);
  }
  if (read.state === 'missing') return undefined;
  if (read.state === 'fine') return read.value;

  const aside = besideName(name, new Date());
  try {
    await inHomeFolder(home, folder, (at) => rename(join(at, name), join(at, aside)));
  } catch (error) {
    // Another reader was quicker, and has told about it.
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
  onDamaged({ path, movedTo: folder === '' ? aside : `${folder}/${aside}`, reason: read.reason });
  return undefined;
};

/** Writes the whole file or nothing, and makes its folder when there is none. @throws AppError as `writeHomeFile` */
export const writeJsonFile = (home: string, path: string, value: unknown): Promise<void> =>
  writeHomeFile(home, path, `${JSON.stringify(value, null, 2)}\n`);

type Read<Value> =
  | { state: 'fine'; value: Value }
  | { state: 'missing' }
  | { state: 'damaged'; reason: string };

const tryRead = async <Schema extends z.core.$ZodType>(
  home: string,
  path: string,
  schema: Schema,
  maxBytes: number,
): Promise<Read<z.output<Schema>>> => {
  let content: Buffer | undefined;
  try {
    content = await readHomeFile(home, path, { maxBytes });
  } catch (error) {
    if (isAppError(error, 'conflict') || isAppError(error, 'too_large'))
      return { state: 'damaged', reason: error.message };
    throw error;
  }
  if (content === undefined) return { state: 'missing' };
  // A byte order mark is what some editors leave in front; it is no damage.
  const text = content.toString('utf8').replace(/^\uFEFF/, '');
  if (isTooDeep(text)) return { state: 'damaged', reason: `it is nested more than ${MAX_JSON_DEPTH} deep` };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { state: 'damaged', reason: `not valid JSON: ${messageOf(error)}` };
  }
  const parsed = z.safeParse(schema, json);
  if (parsed.success) return { state: 'fine', value: parsed.data };
  return { state: 'damaged', reason: z.prettifyError(parsed.error) };
};

/** A hundred entries can be wrong in a hundred ways. */
const shorten = (reason: string): string => (reason.length > 400 ? `${reason.slice(0, 400)}…` : reason);

const modifiedWithin = async (home: string, path: string, ms: number): Promise<boolean> => {
  const { folder, name } = splitLast(path);
  const stats = await inHomeFolder(home, folder, (at) => lstat(join(at, name))).catch(() => undefined);
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) < ms;
};

/** `cron.json` → `cron.damaged-20260131T120000123Z.json`, in the same folder. */
const besideName = (name: string, now: Date): string =>
  `${name.replace(/\.json$/, '')}.damaged-${now.toISOString().replaceAll(/[-:.]/g, '')}.json`;
