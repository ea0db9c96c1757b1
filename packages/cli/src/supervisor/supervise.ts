import { AppError } from '@matrix-os/kit';
import { type ServiceOptions, type ServiceRun, startService } from './service.ts';

const RESTARTS_AT_MOST = 5;
const WITHIN_MS = 60_000;
const FIRST_DELAY_MS = 250;

export interface Supervised {
  /** Resolves when the first run is ready. @throws AppError when it never was */
  readonly ready: Promise<void>;
  /** Rejects with `unavailable` when the service can't be kept running; resolves after `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Keeps a service running: one that dies is started again, sooner at first, and given up when it keeps dying. */
export const supervise = (options: ServiceOptions & { onRestart: () => void }): Supervised => {
  let stopping = false;
  let wake: (() => void) | undefined;
  let run: ServiceRun = startService(options);
  const first = run.ready;

  const watch = async (): Promise<void> => {
    const deaths: number[] = [];
    await first;
    for (;;) {
      await run.exited;
      if (stopping) return;
      const now = Date.now();
      deaths.push(now);
      while ((deaths[0] ?? now) < now - WITHIN_MS) deaths.shift();
      if (deaths.length > RESTARTS_AT_MOST)
        throw new AppError(
          'unavailable',
          `${options.name} ended ${deaths.length} times within a minute. Its log tells why.`,
        );
      options.onRestart();
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, FIRST_DELAY_MS * 2 ** (deaths.length - 1));
      });
      if (stopping) return;
      run = startService(options);
    }
  };
  const ended = watch();
  ended.catch(() => {});

  return {
    ready: first,
    ended,
    async stop() {
      stopping = true;
      wake?.();
      await run.stop();
    },
  };
};
