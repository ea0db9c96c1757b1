import { open, stat } from 'node:fs/promises';
import { AppError, isErrnoException, messageOf } from '@matrix-os/kit';

/** A line that delivers nothing for so long is taken for dead. */
const SILENCE_MS = 30_000;

export interface Progress {
  readonly receivedBytes: number;
  /** Null while the server has not said. */
  readonly totalBytes: number | null;
}

/**
 * Fetches `url` into `path`, and goes on from what is there already. What was received stays there when it fails.
 *
 * @throws AppError `unavailable` when the connection fails or breaks off; the file system's error when writing does
 */
export const download = async (
  url: string,
  path: string,
  options: {
    fetch: typeof fetch;
    signal: AbortSignal;
    onProgress: (progress: Progress) => void;
    silenceMs?: number;
  },
): Promise<void> => {
  const have = await sizeOf(path);
  const silence = new AbortController();
  const watch = setTimeout(() => silence.abort(), options.silenceMs ?? SILENCE_MS);
  try {
    const response = await options.fetch(url, {
      headers: { 'accept-encoding': 'identity', ...(have === 0 ? {} : { range: `bytes=${have}-` }) },
      signal: AbortSignal.any([options.signal, silence.signal]),
    });
    // Everything is there: nothing is left in the range that was asked for.
    if (response.status === 416 && have > 0) return;
    if (!response.ok || response.body === null) {
      throw new AppError('unavailable', `${new URL(url).host} answered ${response.status}.`);
    }
    const goesOn = response.status === 206 && startOf(response) === have;
    let received = goesOn ? have : 0;
    const length = response.headers.get('content-length');
    const totalBytes = length === null ? null : received + Number(length);
    const file = await open(path, goesOn ? 'a' : 'w', 0o600);
    try {
      for await (const chunk of response.body) {
        watch.refresh();
        await file.write(chunk);
        received += chunk.length;
        options.onProgress({ receivedBytes: received, totalBytes });
      }
    } finally {
      await file.close();
    }
  } catch (cause) {
    options.signal.throwIfAborted();
    if (cause instanceof AppError || isErrnoException(cause, 'ENOSPC')) throw cause;
    const reason = silence.signal.aborted ? 'nothing came any more' : messageOf(cause);
    throw new AppError('unavailable', `The download broke off (${reason}).`, { cause });
  } finally {
    clearTimeout(watch);
  }
};

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return 0;
    throw error;
  }
};

const startOf = (response: Response): number | undefined => {
  const found = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  return found === null ? undefined : Number(found[1]);
};
