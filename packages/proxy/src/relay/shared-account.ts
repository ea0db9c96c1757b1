import type { ApiError } from './api-error.ts';

/** Upstream might read an encoded or dotted path as another one than we do. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_~:@=,+-][A-Za-z0-9_.~:@=,+-]*)+\/?$/;
/** `file_011CNha8iCJcU1wXNR6q4V8w`: whoever knows one was told it. */
const UNGUESSABLE_ID = /\/[a-z]+_[A-Za-z0-9]{16,}(?:\/|$)/;

/**
 * Tenants share an account, but not each other's files and batches. Those have ids that can't be guessed, so it is enough
 * that nobody may list them, nor manage the account.
 */
export const refusedOnSharedAccount = (method: string, path: string): ApiError | undefined => {
  if (!PLAIN_PATH.test(path)) {
    return {
      status: 400,
      message: 'Write the path plainly: no dots at the start of a part, nothing encoded.',
    };
  }
  if (path.startsWith('/v1/organizations')) return NOT_YOURS;
  const reads = method === 'GET' || method === 'HEAD';
  const open = path === '/v1/models' || path.startsWith('/v1/models/') || UNGUESSABLE_ID.test(path);
  return reads && !open ? NOT_YOURS : undefined;
};

const NOT_YOURS: ApiError = {
  status: 403,
  message:
    'This would show what belongs to everyone on the shared account. Ask for one thing by its id, or use an Anthropic key of your own beside x-matrix-key.',
};
