import { lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppName, DataKey, MAX_APP_DATA_BYTES } from '@matrix-os/contracts';
import { AppError, isAppError, isErrnoException } from '@matrix-os/kit';
import { z } from 'zod';
import { inHomeFolder } from '../home/hold-folder.ts';
import { listHomeFolder, writeHomeFile } from '../home/home-file.ts';
import { isTooDeep } from '../home/json-depth.ts';
import { type OnDamaged, readJsonFile } from '../home/json-file.ts';
import type { AppData } from '../kernel.ts';
import { createDataRoom } from './data-room.ts';

/** The values apps keep through the bridge. Whatever asks comes from an app, so nothing here follows a link. */
export const createAppData = (options: { readonly home: string; readonly onDamaged: OnDamaged }): AppData => {
  const { home } = options;

  /** The app's data folder, from the home on; it need not exist. */
  const folderOf = async (app: string): Promise<string> => {
    const folder = `apps/${accept(AppName, app, "app's name")}`;
    await inHomeFolder(home, folder, async () => undefined).catch((error: unknown) => {
      if (!isErrnoException(error, 'ENOENT') && !isAppError(error, 'forbidden')) throw error;
      throw new AppError(
        'not_found',
        `There is no app "${app}". Install it first, or ask for it in the chat.`,
      );
    });
    await inHomeFolder(home, `${folder}/data`, async () => undefined).catch(ignoreMissing);
    return `${folder}/data`;
  };

  const fileOf = async (app: string, key: string): Promise<{ folder: string; name: string }> => {
    const folder = await folderOf(app);
    const name = `${accept(DataKey, key, 'key')}.json`;
    const stats = await statIn(home, folder, name);
    if (stats !== undefined && !stats.isFile())
      throw new AppError('forbidden', `${folder}/${name} must be a plain file. Remove what is there.`);
    return { folder, name };
  };

  const keysIn = async (folder: string): Promise<string[]> => {
    const entries = (await listHomeFolder(home, folder).catch(ignoreMissing)) ?? [];
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
      .map((entry) => entry.name.slice(0, -'.json'.length))
      .filter((key) => DataKey.safeParse(key).success)
      .sort();
  };

  /** Bytes by key. */
  const sizesIn = async (folder: string): Promise<Map<string, number>> => {
    const keys = await keysIn(folder);
    const sizes = await inHomeFolder(home, folder, (at) =>
      Promise.all(keys.map(async (key) => [key, (await lstat(join(at, `${key}.json`))).size] as const)),
    ).catch(ignoreMissing);
    return new Map(sizes);
  };

  const room = createDataRoom({ count: async (app) => sizesIn(await folderOf(app)) });

  return {
    keys: async (app) => keysIn(await folderOf(app)),

    async read(app, key) {
      const { folder, name } = await fileOf(app, key);
      // Told instead of moved aside: an app can't mend what it can't read.
      if ((await sizeIn(home, folder, name)) > MAX_APP_DATA_BYTES) throw tooLarge(app, key);
      return readJsonFile(home, `${folder}/${name}`, z.unknown(), {
        onDamaged: options.onDamaged,
        maxBytes: MAX_APP_DATA_BYTES,
      });
    },

    async write(app, key, value) {
      const text = writeDown(value);
      const bytes = Buffer.byteLength(text);
      if (bytes > MAX_APP_DATA_BYTES) throw tooLarge(app, key);
      await room.write(app, key, bytes, async () => {
        const { folder, name } = await fileOf(app, key);
        // Only this one: an app that is removed meanwhile must not come back as an empty folder.
        await inHomeFolder(home, `apps/${app}`, (at) => mkdir(join(at, 'data'))).catch((error: unknown) => {
          if (!isErrnoException(error, 'EEXIST')) throw error;
        });
        await writeHomeFile(home, `${folder}/${name}`, text, { makeFolders: false });
      });
    },

    async delete(app, key) {
      await room.delete(app, key, async () => {
        const { folder, name } = await fileOf(app, key);
        await inHomeFolder(home, folder, (at) => rm(join(at, name), { force: true })).catch(ignoreMissing);
      });
    },
  };
};

/** @throws AppError `invalid_input` for what could not be read again */
const writeDown = (value: unknown): string => {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A value that is deep overflows the stack.
  }
  if (text !== undefined && !isTooDeep(text)) return text;
  throw new AppError('invalid_input', 'Only JSON values can be kept, and none that is nested without end.');
};

const ignoreMissing = (error: unknown): undefined => {
  if (!isErrnoException(error, 'ENOENT')) throw error;
};

const statIn = (home: string, folder: string, name: string) =>
  inHomeFolder(home, folder, (at) => lstat(join(at, name))).catch(ignoreMissing);

const sizeIn = async (home: string, folder: string, name: string): Promise<number> =>
  (await statIn(home, folder, name))?.size ?? 0;

const accept = (schema: z.core.$ZodType<string>, value: string, what: string): string => {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'invalid_input',
    `That is not a good ${what}: ${parsed.error.issues[0]?.message ?? ''}.`,
  );
};

const tooLarge = (app: string, key: string): AppError =>
  new AppError(
    'too_large',
    `"${key}" of ${app} is larger than ${MAX_APP_DATA_BYTES / 1_000_000} MB. Split it up.`,
  );
