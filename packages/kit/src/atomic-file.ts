import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a whole file or nothing: a reader, or a power cut, sees the old content or the new one.
 * The parent folder must exist. `mode` applies to a new file (default 0644 less the umask).
 */
export const atomicWriteFile = async (
  path: string,
  data: string | Uint8Array,
  options: { mode?: number } = {},
): Promise<void> => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', options.mode ?? 0o644);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
};

/** Without this a power cut can forget the rename. Not every file system allows it, and then nothing is lost by going on. */
const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, 'r').catch(() => undefined);
  try {
    await directory?.sync();
  } catch {
    // EINVAL on some network and Windows file systems.
  } finally {
    await directory?.close();
  }
};
