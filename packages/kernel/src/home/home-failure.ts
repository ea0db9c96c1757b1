import { AppError, isErrnoException } from '@matrix-os/kit';

/** Says what to do about a home that can't be made or written; anything unknown is passed on as it is. */
export const explainHomeFailure = (error: unknown, homePath: string): unknown => {
  if (!isErrnoException(error)) return error;
  const say = (code: 'invalid_input' | 'forbidden' | 'unavailable' | 'conflict', message: string): AppError =>
    new AppError(code, message, { cause: error, details: { home: homePath, reason: error.code } });
  switch (error.code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return say(
        'conflict',
        `A file stands where ${error.path ?? homePath} needs a folder. Move it away, or set MATRIX_HOME to another folder.`,
      );
    case 'EROFS':
      return say(
        'forbidden',
        `Your home ${homePath} is on a read-only file system. Remount it writable, or set MATRIX_HOME to a folder you can write to.`,
      );
    case 'EACCES':
    case 'EPERM':
    // Some file systems of the kernel's own say that a folder they won't make "does not exist".
    case 'ENOENT':
      return say(
        'forbidden',
        `Your home ${homePath} can't be written. Give this user write access to it, or set MATRIX_HOME to a folder you can write to.`,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return say(
        'unavailable',
        `There is no space left for your home ${homePath}. Free some space, then start again; nothing that was there is lost.`,
      );
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return say(
        'invalid_input',
        `MATRIX_HOME (${homePath}) is not a usable path. Set it to another folder.`,
      );
    default:
      return error;
  }
};
