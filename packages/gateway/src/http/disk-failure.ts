import { AppError, isErrnoException } from '@matrix-os/kit';

/** https://sqlite.org/rescode.html: `SQLITE_READONLY`, `SQLITE_FULL` */
const SQLITE = { readOnly: 8, full: 13 };

/** A disk that takes no more is no bug of ours, wherever it shows: the owner is told what to do. Others pass as they are. */
export const explainDiskFailure = (error: unknown): unknown => {
  const sqlite = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  if (isErrnoException(error, 'ENOSPC') || isErrnoException(error, 'EDQUOT') || sqlite === SQLITE.full)
    return new AppError(
      'unavailable',
      'The disk is full. Delete something and empty the bin, then try again.',
      {
        cause: error,
      },
    );
  if (isErrnoException(error, 'EROFS') || sqlite === SQLITE.readOnly)
    return new AppError('unavailable', 'The disk is read-only. Make it writable, then try again.', {
      cause: error,
    });
  return error;
};
