import { PROBLEM_CONTENT_TYPE, toProblem } from '@matrix-os/contracts';
import { isAppError, type Logger } from '@matrix-os/kit';
import { explainDiskFailure } from './disk-failure.ts';

/** Every failure as `application/problem+json`. What is not an `AppError` is a bug and gets logged. */
export const problemResponse = (thrown: unknown, log: Logger): Response => {
  const error = explainDiskFailure(thrown);
  if (!isAppError(error)) log.error({ err: error }, 'a request failed unexpectedly');
  const problem = toProblem(error);
  const headers = new Headers({ 'content-type': PROBLEM_CONTENT_TYPE, 'cache-control': 'no-store' });
  const retryAfter = isAppError(error) ? error.details?.retryAfterSeconds : undefined;
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
  if (problem.status === 401) headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
};
