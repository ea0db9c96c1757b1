const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Ours, replaced, or made anew for the next hop. */
const REQUEST_STRIPPED = new Set([
  ...HOP_BY_HOP,
  'host',
  'content-length',
  'accept-encoding',
  'expect',
  'x-api-key',
  'authorization',
]);
const RESPONSE_STRIPPED = new Set(HOP_BY_HOP);
const OURS = 'x-matrix-';

/** What goes upstream: everything that isn't listed above, in its order and spelling. There is no allow-list. */
export const requestHeaders = (
  raw: readonly string[],
  credentials: readonly string[],
  contentLength: number | undefined,
): string[] => {
  const nominated = nominatedBy(raw);
  const headers: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    if (REQUEST_STRIPPED.has(lower) || lower.startsWith(OURS) || nominated?.has(lower)) continue;
    headers.push(name, raw[i + 1] ?? '');
  }
  headers.push('accept-encoding', 'identity', ...credentials);
  if (contentLength !== undefined) headers.push('content-length', String(contentLength));
  return headers;
};

/**
 * What goes back. Under the shared account its organization and its remaining rate limits are nobody's business; with
 * the tenant's own key they are the tenant's.
 */
export const responseHeaders = (
  raw: readonly (Buffer | string)[],
  hideAccount: boolean,
  notice: string | undefined,
): string[] => {
  const headers: string[] = [];
  const text = raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
  const nominated = nominatedBy(text);
  for (let i = 0; i + 1 < text.length; i += 2) {
    const name = text[i] ?? '';
    const lower = name.toLowerCase();
    if (RESPONSE_STRIPPED.has(lower) || nominated?.has(lower)) continue;
    if (hideAccount && isOfTheAccount(lower)) continue;
    headers.push(name, text[i + 1] ?? '');
  }
  if (notice !== undefined) headers.push('x-matrix-notice', notice);
  return headers;
};

const isOfTheAccount = (name: string): boolean =>
  name === 'anthropic-organization-id' ||
  name.startsWith('anthropic-ratelimit-') ||
  name.startsWith('anthropic-priority-') ||
  name.startsWith('anthropic-fast-');

/** `Connection: close, x-foo` makes `x-foo` a matter of this hop. */
const nominatedBy = (raw: readonly string[]): Set<string> | undefined => {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.length !== 10 || raw[i]?.toLowerCase() !== 'connection') continue;
    const value = raw[i + 1]?.toLowerCase();
    if (value === undefined || value === 'keep-alive' || value === 'close') continue;
    return new Set(value.split(',').map((name) => name.trim()));
  }
  return undefined;
};
