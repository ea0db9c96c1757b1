import { AppError } from '@matrix-os/kit';

/** A disk that answers at all answers within this; a mount of somebody's own need not. */
const PATIENCE_MS = 5000;

/**
 * Waits for the home's disk, and no longer than it may take. What hangs goes on hanging, in a thread of Node's, with nobody
 * waiting for it.
 *
 * @throws AppError `timeout`
 */
export const inTime = async <Value>(
  work: Promise<Value>,
  path: string,
  patienceMs = PATIENCE_MS,
): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new AppError('timeout', `"${path}" could not be read in time. Look at the disk it is on.`));
    }, patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
};
