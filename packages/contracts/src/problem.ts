// The subpath alone: browsers load this package too, and the rest of the kit needs Node.
import { type ErrorCode, isAppError } from '@matrix-os/kit/errors';
import * as z from 'zod/mini';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Every error of every service (RFC 9457). `detail` is read by people and says what to do next. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
});
export type Problem = z.infer<typeof Problem>;

const STATUS = {
  invalid_input: 400,
  unauthorized: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  unavailable: 503,
  timeout: 504,
  cancelled: 409,
} as const satisfies Record<ErrorCode, number>;

/** The one place where failures become HTTP. What is not an `AppError` is a bug: 500, and nothing of it is told. */
export const toProblem = (error: unknown): Problem => {
  if (!isAppError(error)) {
    return {
      type: 'about:blank',
      title: 'internal error',
      status: 500,
      code: 'internal',
      detail: 'Something broke inside Matrix OS. The log of the service has the details.',
    };
  }
  return {
    type: 'about:blank',
    title: error.code.replaceAll('_', ' '),
    status: STATUS[error.code],
    code: error.code,
    detail: error.message,
  };
};
