import type { Logger } from '@matrix-os/kit';

const DEADLINE_MS = 9500;

/** SIGTERM and SIGINT end the process with code 0 within 10 s, whatever hangs; an unexpected failure with 1. */
export const endWith = ({ close, log }: { close: () => Promise<void>; log: Logger }): void => {
  let ending = false;
  const end = (signal: string) => {
    if (ending) return;
    ending = true;
    log.info({ signal }, 'shutting down');
    setTimeout(() => {
      log.warn('something did not end in time and is left behind');
      process.exit(0);
    }, DEADLINE_MS).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'shutting down failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an unexpected failure ends the gateway');
    process.exit(1);
  });
};
