import { type Logger, onStop } from '@matrix-os/kit';

// The supervisor waits for 9 s, and a container for 10.
const DEADLINE_MS = 8000;

/** Asked to end, the process is gone with code 0 within 8 s, whatever hangs; after an unexpected failure with 1. */
export const endWhenAsked = (deps: {
  close: () => Promise<void>;
  supervised: boolean;
  log: Logger;
}): void => {
  const { log } = deps;
  onStop(
    (cause) => {
      log.info({ cause }, 'shutting down');
      setTimeout(() => {
        log.warn('something did not end in time and is left behind');
        process.exit(0);
      }, DEADLINE_MS).unref();
      deps.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'shutting down failed');
          process.exit(1);
        },
      );
    },
    { supervised: deps.supervised },
  );
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an unexpected failure ends the gateway');
    process.exit(1);
  });
};
