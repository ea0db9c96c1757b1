import type { KernelEvent } from '@matrix-os/contracts';

export type ErrorEvent = Extract<KernelEvent, { type: 'error' }>;

/** What the engine's program tells about a request that failed. */
export interface FailureFacts {
  /** HTTP status of the last answer; null when there was none. */
  readonly status: number | null | undefined;
  /** The SDK's own word for it (`authentication_failed`, `rate_limit`, …). */
  readonly kind: string | undefined;
  readonly message: string;
  readonly baseUrl: string | undefined;
}

const fail = (code: string, message: string, hint: string | null): ErrorEvent => ({
  type: 'error',
  code,
  message,
  hint,
});

// Claude Code begins its own error texts so; the person needs the rest.
const plain = (message: string): string => message.replace(/^(API Error:?\s*)+/i, '').trim();

/** One sentence on what happened and one on what to do next. */
export const describeFailure = ({ status, kind, message, baseUrl }: FailureFacts): ErrorEvent => {
  const who = baseUrl === undefined ? 'Anthropic' : `The model endpoint (${baseUrl})`;
  if (status === 401 || status === 403 || kind === 'authentication_failed') {
    return fail('key_refused', `${who} refused the API key.`, 'Check the key under Settings → Engine.');
  }
  if (status === 402 || kind === 'billing_error' || /credit balance is too low/i.test(message)) {
    return fail(
      'no_credit',
      `${who} says that the account has no credit left.`,
      'Add credit, then send it again.',
    );
  }
  if (status === 429 || kind === 'rate_limit') {
    return fail(
      'rate_limited',
      `${who} says that this key has sent too much for now.`,
      'Wait a few minutes and send it again, or use a key with a higher limit.',
    );
  }
  if (status === 529 || kind === 'overloaded') {
    return fail(
      'overloaded',
      `${who} is overloaded.`,
      'Nothing is wrong on your side. Send it again in a minute.',
    );
  }
  if (status === 404 || kind === 'model_not_found') {
    return fail(
      'model_not_found',
      `${who} doesn't offer the chosen model.`,
      'Choose another model under Settings → Engine, or leave it empty for the default.',
    );
  }
  if (status === 413 || /prompt is too long/i.test(message)) {
    return fail(
      'too_long',
      'This conversation has become too long for the model.',
      'Start a new conversation.',
    );
  }
  if (typeof status === 'number' && status >= 500) {
    return fail(
      'endpoint_broken',
      `${who} answered with an error (${status}).`,
      'Send it again in a minute.',
    );
  }
  if (status === null || /connect|network|ECONN|ENOTFOUND|timed? ?out|socket|fetch failed/i.test(message)) {
    return fail(
      'unreachable',
      `${who} could not be reached, or the connection broke.`,
      'Check the network, then send it again.',
    );
  }
  return fail('engine_failed', plain(message) || 'The engine stopped without saying why.', 'Send it again.');
};
