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
const plain = (message: string): string =>
  message
    .replace(
      /^(Failed to authenticate\.\s*)?(API Error:?\s*)+(Request rejected \(\d{3}\)\s*·\s*|\d{3}\s+)?/i,
      '',
    )
    .trim();

const MAX_TOLD = 600;

/**
 * What the endpoint itself tells the person, such as a limit and when it ends. A few words are a code in disguise
 * (“Overloaded”), and a dump is nothing to read: then undefined, and ours are better.
 */
const toldByEndpoint = (message: string): string | undefined => {
  if (!/API Error/i.test(message)) return undefined;
  // Anyone may run the endpoint: no control characters, no reversed text, and no more than fits in a chat.
  const text = plain(message)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  if (/^[{<[]/.test(text) || text.split(' ').length < 5) return undefined;
  return text.length > MAX_TOLD ? `${text.slice(0, MAX_TOLD).trimEnd()}…` : text;
};

/** One sentence on what happened and one on what to do next. */
export const describeFailure = ({ status, kind, message, baseUrl }: FailureFacts): ErrorEvent => {
  const who = baseUrl === undefined ? 'Anthropic' : `The model endpoint (${baseUrl})`;
  const told = toldByEndpoint(message);
  if (status === 401 || status === 403 || kind === 'authentication_failed') {
    return fail(
      'key_refused',
      told ?? `${who} refused the API key.`,
      'Check the key under Settings → Engine.',
    );
  }
  if (status === 402 || kind === 'billing_error' || /credit balance is too low/i.test(message)) {
    return fail(
      'no_credit',
      told ?? `${who} says that the account has no credit left.`,
      'Add credit, then send it again.',
    );
  }
  if (status === 429 || kind === 'rate_limit') {
    if (told !== undefined) return fail('rate_limited', told, null);
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
  if (status === 400 && told !== undefined) return fail('request_refused', told, null);
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
