/** Whether an endpoint takes a key. `unknown`: it could not be asked now, or has no such question. */
export type CheckKey = (asked: {
  readonly apiKey: string;
  /** Undefined: Anthropic's own. */
  readonly baseUrl: string | undefined;
}) => Promise<'accepted' | 'refused' | 'unknown'>;

const ANTHROPIC = 'https://api.anthropic.com';
// Somebody waits for the answer, and a key that could not be checked is kept as well.
const PATIENCE_MS = 8000;

/** Asks for the list of models, which costs nothing and uses up no limit. */
export const createCheckKey =
  (parts: { readonly fetch: typeof fetch }): CheckKey =>
  async ({ apiKey, baseUrl = ANTHROPIC }) => {
    try {
      const { status, ok } = await parts.fetch(`${baseUrl.replace(/\/+$/, '')}/v1/models?limit=1`, {
        headers: { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' },
        // The key goes to nobody else.
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return ok ? 'accepted' : status === 401 ? 'refused' : 'unknown';
    } catch {
      return 'unknown';
    }
  };
