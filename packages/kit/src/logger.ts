import pino from 'pino';

export type Logger = pino.Logger;

/** What happened and where. Not what a library hung on the error, such as a connection with its address and password. */
const errorFacts = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = pino.stdSerializers.err(error);
  const { details, errors } = error as Error & { details?: unknown; errors?: unknown };
  const aggregateErrors = Array.isArray(errors) ? errors.map(errorFacts) : undefined;
  return { type, message, stack, details, aggregateErrors };
};

/**
 * JSON lines on standard error, so that standard output stays what a person or a script reads.
 * Keys, cookies and codes are cut out wherever they stand at the first two levels.
 */
export const createLogger = (options: { name: string; level: string }): Logger =>
  pino(
    {
      name: options.name,
      level: options.level,
      serializers: { err: errorFacts },
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
