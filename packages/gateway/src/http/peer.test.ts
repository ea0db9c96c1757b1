import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createPeers } from './peer.ts';

const { addressOf, isSecure } = createPeers({ trustedProxies: { has: () => false } });
const CADDY = '172.18.0.3';
const behindCaddy = createPeers({ trustedProxies: { has: (address) => address === CADDY } });

const from = (remoteAddress: string, headers: Record<string, string> = {}, socket = {}) =>
  ({ socket: { remoteAddress, ...socket }, headers }) as unknown as IncomingMessage;

describe('who is at the other end', () => {
  it.each([
    ['a direct peer', '203.0.113.9', {}, '203.0.113.9'],
    ['a peer that makes an address up', '203.0.113.9', { 'x-forwarded-for': '10.0.0.1' }, '203.0.113.9'],
    ['whom the shell forwards for', '127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
    [
      'the last of a chain, not what its first says',
      '::1',
      { 'x-forwarded-for': '1.1.1.1, 203.0.113.9' },
      '203.0.113.9',
    ],
    [
      'behind two proxies of this machine',
      '::ffff:127.0.0.1',
      { 'x-forwarded-for': '203.0.113.9, 127.0.0.1' },
      '203.0.113.9',
    ],
    ['this machine', '127.0.0.1', { 'x-forwarded-for': '127.0.0.1' }, '127.0.0.1'],
    ['nonsense', '127.0.0.1', { 'x-forwarded-for': 'a, b; c' }, '127.0.0.1'],
  ])('is %s', (_what, peer, headers, address) => {
    expect(addressOf(from(peer, headers))).toBe(address);
  });

  it('speaks TLS here, or to a proxy of this machine, and nowhere else', () => {
    const https = { 'x-forwarded-proto': 'https' };
    expect(isSecure(from('203.0.113.9', {}, { encrypted: true }))).toBe(true);
    expect(isSecure(from('127.0.0.1', https))).toBe(true);
    expect(isSecure(from('203.0.113.9', https))).toBe(false);
    expect(isSecure(from('127.0.0.1'))).toBe(false);
  });

  it.each([
    ['whom it forwards for', '203.0.113.9', '203.0.113.9'],
    ['not whom a visitor names', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['not itself, when our shell forwards in turn', `203.0.113.9, ${CADDY}`, '203.0.113.9'],
    ['itself where it names nobody', '', CADDY],
  ])('is behind a proxy that the owner trusts %s', (_what, forwarded, address) => {
    const headers = { 'x-forwarded-for': forwarded, 'x-forwarded-proto': 'https' };
    expect(behindCaddy.addressOf(from(CADDY, headers))).toBe(address);
    expect(behindCaddy.isSecure(from(CADDY, headers))).toBe(true);
    expect(addressOf(from(CADDY, headers))).toBe(CADDY);
    expect(isSecure(from(CADDY, headers))).toBe(false);
  });
});
