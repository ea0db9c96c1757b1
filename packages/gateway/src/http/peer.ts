import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { AddressRanges } from '@matrix-os/kit';

type Sender = Pick<IncomingMessage, 'headers' | 'socket'> | undefined;

/** Who is at the other end, as far as the proxies on the way are to be believed. */
export interface Peers {
  addressOf(sender: Sender): string;
  /** Whether the browser speaks TLS, here or to a proxy in front. */
  isSecure(sender: Sender): boolean;
}

const isLoopback = (address: string): boolean => address === '::1' || /^(::ffff:)?127\./.test(address);

/** Believed are our own shell, which is on this machine and passes on only what it believes itself, and the proxies that the owner names. */
export const createPeers = (deps: { trustedProxies: AddressRanges }): Peers => {
  const isTrusted = (address: string) => isLoopback(address) || deps.trustedProxies.has(address);
  return {
    addressOf(sender) {
      const peer = sender?.socket.remoteAddress ?? 'unknown';
      if (!isTrusted(peer)) return peer;
      // Each proxy appends, so the last address that is none of theirs is the nearest one that can't be made up.
      const forwarded = headerOf(sender, 'x-forwarded-for').split(',').reverse();
      const nearest = forwarded
        .map((entry) => entry.trim())
        .find((entry) => isIP(entry) !== 0 && !isTrusted(entry));
      return nearest ?? peer;
    },
    isSecure(sender) {
      if (sender === undefined) return false;
      if ('encrypted' in sender.socket) return true;
      if (!isTrusted(sender.socket.remoteAddress ?? '')) return false;
      return headerOf(sender, 'x-forwarded-proto').split(',', 1)[0]?.trim() === 'https';
    },
  };
};

const headerOf = (sender: Sender, name: string): string => {
  const value = sender?.headers[name] ?? '';
  return Array.isArray(value) ? value.join(',') : value;
};
