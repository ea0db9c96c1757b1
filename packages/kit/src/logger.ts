import pino from 'pino';

export type Logger = pino.Logger;

/**
 * JSON lines on standard error, so that standard output stays what a person or a script reads.
 * Keys, cookies and codes are cut out wherever they stand at the first two levels.
 */
export const createLogger = (options: { name: string; level: string }): Logger =>
  pino(
    {
      name: options.name,
      level: options.level,
      redact: {
        paths: ['authorization', 'cookie', 'apiKey', 'token', 'code', 'key'].flatMap((name) => [
          name,
          `*.${name}`,
        ]),
        censor: '[redacted]',
      },
    },
    pino.destination({ fd: 2, sync: true }),
  );
