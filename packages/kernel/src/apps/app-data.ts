import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppName, DataKey, MAX_APP_DATA_BYTES } from '@matrix-os/contracts';
import { AppError, atomicWriteFile, isErrnoException } from '@matrix-os/kit';
import { z } from 'zod';
import { type OnDamaged, readJsonFile } from '../home/json-file.ts';
import type { AppData } from '../kernel.ts';
import { createDataRoom } from './data-room.ts';

/** The values apps keep through the bridge. Whatever asks comes from an app, so nothing here follows a link. */
export const createAppData = (options: { readonly home: string; readonly onDamaged: OnDamaged }): AppData => {
  const folderOf = async (app: string): Promise<string> => {
    const folder = join(options.home, 'apps', accept(AppName, app, "app's name"));
    const stats = await lstat(folder).catch(() => undefined);
    if (!stats?.isDirectory())
      throw new AppError(
        'not_found',
        `There is no app "${app}". Install it first, or ask for it in the chat.`,
      );
    const data = join(folder, 'data');
    const there = await lstat(data).catch(() => undefined);
    if (there !== undefined && !there.isDirectory())
      throw new AppError('forbidden', `apps/${app}/data must be a real folder. Remove what is there.`);
    return data;
  };

  const fileOf = async (app: string, key: string): Promise<string> => {
    const path = join(await folderOf(app), `${accept(DataKey, key, 'key')}.json`);
    const stats = await lstat(path).catch(() => undefined);
    if (stats !== undefined && !stats.isFile())
      throw new AppError(
        'forbidden',
        `apps/${app}/data/${key}.json must be a plain file. Remove what is there.`,
      );
    return path;
  };

  const keysIn = async (folder: string): Promise<string[]> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (isErrnoException(error, 'ENOENT')) return [];
      throw error;
    });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
      .map((entry) => entry.name.slice(0, -'.json'.length))
      .filter((key) => DataKey.safeParse(key).success)
      .sort();
  };

  const room = createDataRoom({
    async count(app) {
      const folder = await folderOf(app);
      const sizes = (await keysIn(folder)).map(
        async (key) => [key, await sizeOf(join(folder, `${key}.json`))] as const,
      );
      return new Map(await Promise.all(sizes));
    },
  });

  return {
    keys: async (app) => keysIn(await folderOf(app)),

    async read(app, key) {
      const path = await fileOf(app, key);
      if ((await sizeOf(path)) > MAX_APP_DATA_BYTES) throw tooLarge(app, key);
      return readJsonFile(path, z.unknown(), { onDamaged: options.onDamaged });
    },

    async write(app, key, value) {
      const text = JSON.stringify(value);
      if (text === undefined) throw new AppError('invalid_input', 'Only JSON values can be kept.');
      const bytes = Buffer.byteLength(text);
      if (bytes > MAX_APP_DATA_BYTES) throw tooLarge(app, key);
      await room.write(app, key, bytes, async () => {
        const path = await fileOf(app, key);
        // Not recursive: an app that is removed meanwhile must not come back as an empty folder.
        await mkdir(join(path, '..')).catch((error: unknown) => {
          if (!isErrnoException(error, 'EEXIST')) throw error;
        });
        await atomicWriteFile(path, text);
      });
    },

    async delete(app, key) {
      await room.delete(app, key, async () => rm(await fileOf(app, key), { force: true }));
    },
  };
};

const accept = (schema: z.core.$ZodType<string>, value: string, what: string): string => {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'invalid_input',
    `That is not a good ${what}: ${parsed.error.issues[0]?.message ?? ''}.`,
  );
};

const sizeOf = async (path: string): Promise<number> => (await lstat(path).catch(() => undefined))?.size ?? 0;

const tooLarge = (app: string, key: string): AppError =>
  new AppError(
    'too_large',
    `"${key}" of ${app} is larger than ${MAX_APP_DATA_BYTES / 1_000_000} MB. Split it up.`,
  );
