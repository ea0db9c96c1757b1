export type ErrorCode =
  | 'invalid_input'
  | 'unauthorized'
  | 'payment_required'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'rate_limited'
  | 'unavailable'
  | 'timeout'
  | 'cancelled';

/** Facts about a failure that a program can read; never secrets. */
export type Details = Readonly<Record<string, unknown>>;

/** A failure the caller can act on. Anything else thrown is a bug, and answers 500. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: Details | undefined;

  /** `message` is read by people: it says what happened and what to do next. */
  constructor(code: ErrorCode, message: string, options: ErrorOptions & { details?: Details } = {}) {
    super(message, options);
    this.code = code;
    this.details = options.details;
  }
}

export const isAppError = (error: unknown, code?: ErrorCode): error is AppError =>
  error instanceof AppError && (code === undefined || error.code === code);

/** Whether the operating system refused something, with this code (`ENOENT`, `EACCES`, …) when one is given. */
export const isErrnoException = (error: unknown, code?: string): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && (code === undefined || error.code === code);

/** What was thrown, as text; anything can be thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
