import { expect, it } from 'vitest';
import { requestHeaders, responseHeaders } from './headers.ts';

it('lets every header through but ours and those of one hop, in order and as written', () => {
  const raw = [
    'Host',
    'proxy',
    'X-API-Key',
    'mxk_a_b',
    'Anthropic-Beta',
    'a',
    'anthropic-beta',
    'b',
    'Connection',
    'keep-alive, X-Hop',
    'X-Hop',
    '1',
    'Transfer-Encoding',
    'chunked',
    'X-Matrix-User',
    'alice',
    'X-New',
    'ü',
  ];
  expect(requestHeaders(raw, ['x-api-key', 'sk'], 5)).toEqual([
    'Anthropic-Beta',
    'a',
    'anthropic-beta',
    'b',
    'X-New',
    'ü',
    'accept-encoding',
    'identity',
    'x-api-key',
    'sk',
    'content-length',
    '5',
  ]);
});

it("hides the shared account's business, and only then", () => {
  const raw = [
    'Anthropic-Organization-Id',
    'org',
    'anthropic-ratelimit-tokens-reset',
    'x',
    'Retry-After',
    '3',
    'Keep-Alive',
    'timeout=5',
    'Set-Cookie',
    'a',
    'Set-Cookie',
    'b',
  ];
  const kept = ['Retry-After', '3', 'Set-Cookie', 'a', 'Set-Cookie', 'b'];
  expect(
    responseHeaders(
      raw.map((part) => Buffer.from(part)),
      true,
      undefined,
    ),
  ).toEqual(kept);
  expect(responseHeaders(raw, false, 'ntc_1')).toEqual([
    ...raw.slice(0, 4),
    ...kept,
    'x-matrix-notice',
    'ntc_1',
  ]);
});
