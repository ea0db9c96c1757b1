import { chmodSync, realpathSync } from 'node:fs';
import { AppError, isErrnoException, makeDirectorySync, messageOf } from '@matrix-os/kit';

/** The state directory: the owner's alone, and a real path. @throws AppError when it can't be used */
export const openState = (path: string): string => {
  try {
    makeDirectorySync(path, { mode: 0o700 });
    const real = realpathSync(path);
    chmodSync(real, 0o700);
    return real;
  } catch (error) {
    const reason = isErrnoException(error) ? error.code : messageOf(error);
    throw new AppError(
      'unavailable',
      `The state directory ${path} can't be used (${reason}). Make it writable, or set MATRIX_STATE to another place.`,
      { cause: error },
    );
  }
};
