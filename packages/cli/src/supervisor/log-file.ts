import { createWriteStream, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, makeDirectorySync, messageOf } from '@matrix-os/kit';

const ROTATE_AT_BYTES = 10_000_000;

/** Appends to `<folder>/<name>.log`; one older file is kept. */
export const openLogFile = (folder: string, name: string): ((chunk: Buffer) => void) => {
  const path = join(folder, `${name}.log`);
  try {
    makeDirectorySync(folder, { mode: 0o700 });
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > ROTATE_AT_BYTES) renameSync(path, `${path}.1`);
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `${folder} can't be written (${messageOf(cause)}). Set MATRIX_STATE to a folder that can.`,
      { cause },
    );
  }
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  // A full disk must not take the OS down with its log.
  stream.on('error', () => {});
  return (chunk) => void stream.write(chunk);
};
