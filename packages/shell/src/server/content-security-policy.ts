import { createHash } from 'node:crypto';

const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;
const HOST = /^[a-z0-9.:[\]_-]{1,255}$/i;

/** The CSP sources of the inline scripts in an exported page: Next's own data, which no one else can add to. */
export const inlineScriptHashes = (html: string): string[] =>
  Array.from(html.matchAll(INLINE_SCRIPT), ([, script = '']) => {
    const digest = createHash('sha256').update(script).digest('base64');
    return `'sha256-${digest}'`;
  });

/**
 * The policy of one page. `host` is the request's: browsers before CSP 3 don't count the page's own WebSocket
 * as `'self'`. A host that could break out of the header is left out.
 */
export const pagePolicy = (scriptHashes: readonly string[], host: string | undefined): string => {
  const sockets = host !== undefined && HOST.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    `script-src 'self' ${[...new Set(scriptHashes)].join(' ')}`.trim(),
    // Windows are placed, and the terminal draws, with inline styles.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${sockets}`,
    "frame-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
};
