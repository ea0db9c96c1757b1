import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { atomicWriteFile, isErrnoException, messageOf } from '@matrix-os/kit';
import { z } from 'zod';

export interface DamagedFile {
  readonly path: string;
  readonly movedTo: string;
  readonly reason: string;
}

export type OnDamaged = (info: DamagedFile) => void;

/** What the owner is told of it. */
export const damageNotice = (home: string, { path, movedTo, reason }: DamagedFile) => ({
  title: 'A damaged file was set aside',
  message: `${relative(home, path)} could not be read (${reason}). It is kept as ${relative(home, movedTo)}.`,
});

// Editors and tools that truncate and then write leave half a file for a moment; a file this fresh gets a second look.
const SETTLE_MS = 250;

/**
 * Reads a JSON file of the home, where anybody may have written anything. Undefined when there is none; one with bad
 * syntax or the wrong shape is moved aside, told to `onDamaged`, and counts as none.
 */
export const readJsonFile = async <Schema extends z.core.$ZodType>(
  path: string,
  schema: Schema,
  { onDamaged }: { onDamaged: OnDamaged },
): Promise<z.output<Schema> | undefined> => {
  let read = await tryRead(path, schema);
  if (read.state === 'damaged' && (await modifiedWithin(path, SETTLE_MS))) {
    await delay(SETTLE_MS);
    read = await tryRead(path, schema);
  }
  if (read.state === 'missing') return undefined;
  if (read.state === 'fine') return read.value;

  const movedTo = besideName(path, new Date());
  try {
    await rename(path, movedTo);
  } catch (error) {
    // Another reader was quicker, and has told about it.
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
  onDamaged({ path, movedTo, reason: read.reason });
  return undefined;
};

/** Writes the whole file or nothing, and makes its folder when there is none. */
export const writeJsonFile = async (path: string, value: unknown): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await atomicWriteFile(path, `${JSON.stringify(value, null, 2)}\n`);
};

type Read<Value> =
  | { state: 'fine'; value: Value }
  | { state: 'missing' }
  | { state: 'damaged'; reason: string };

const tryRead = async <Schema extends z.core.$ZodType>(
  path: string,
  schema: Schema,
): Promise<Read<z.output<Schema>>> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || isErrnoException(error, 'ENOTDIR')) return { state: 'missing' };
    if (isErrnoException(error, 'EISDIR'))
      return { state: 'damaged', reason: 'a folder stands where the file should be' };
    throw error;
  }
  let json: unknown;
  try {
    // A byte order mark is what some editors leave in front; it is no damage.
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { state: 'damaged', reason: `not valid JSON: ${messageOf(error)}` };
  }
  const parsed = z.safeParse(schema, json);
  if (parsed.success) return { state: 'fine', value: parsed.data };
  return { state: 'damaged', reason: z.prettifyError(parsed.error) };
};

const modifiedWithin = async (path: string, ms: number): Promise<boolean> => {
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) < ms;
};

/** `cron.json` → `cron.damaged-20260131T120000123Z.json`, in the same folder. */
const besideName = (path: string, now: Date): string => {
  const name = basename(path).replace(/\.json$/, '');
  return join(dirname(path), `${name}.damaged-${now.toISOString().replaceAll(/[-:.]/g, '')}.json`);
};
