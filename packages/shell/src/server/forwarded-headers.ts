import type { IncomingMessage } from 'node:http';
import type { AddressRanges } from '@matrix-os/kit';

// RFC 9110, 7.6.1: these speak of one connection and end with it.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const REPLACED = new Set(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']);

/** A message's headers as flat name–value pairs, without those of the connection it came on. */
export const endToEndHeaders = (message: IncomingMessage): string[] => {
  const named = new Set(splitList(message.headers.connection).map((name) => name.toLowerCase()));
  const kept: string[] = [];
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = message.rawHeaders[i] ?? '';
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !named.has(lower)) kept.push(name, message.rawHeaders[i + 1] ?? '');
  }
  return kept;
};

/**
 * What the gateway gets: the browser's headers, Host as it was, and who asked by which way. The gateway believes all of it, so
 * what the sender says of others goes on only when it is a proxy that the owner trusts.
 */
export const requestHeaders = (request: IncomingMessage, trustedProxies: AddressRanges): string[] => {
  const headers: string[] = [];
  const kept = endToEndHeaders(request);
  for (let i = 0; i + 1 < kept.length; i += 2) {
    const name = kept[i] ?? '';
    if (!REPLACED.has(name.toLowerCase())) headers.push(name, kept[i + 1] ?? '');
  }
  const peer = request.socket.remoteAddress ?? 'unknown';
  const trusted = trustedProxies.has(peer);
  const before = trusted ? splitList(request.headers['x-forwarded-for']) : [];
  const proto = trusted && splitList(request.headers['x-forwarded-proto'])[0] === 'https' ? 'https' : 'http';
  headers.push('X-Forwarded-For', [...before, peer].join(', '), 'X-Forwarded-Proto', proto);
  if (request.headers.host !== undefined) headers.push('X-Forwarded-Host', request.headers.host);
  return headers;
};

const splitList = (value: string | string[] | undefined): string[] =>
  [value ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
