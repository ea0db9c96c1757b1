import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

type Sender = Pick<IncomingMessage, 'headers' | 'socket'> | undefined;

const isLoopback = (address: string): boolean => address === '::1' || /^(::ffff:)?127\./.test(address);

/** Who is at the other end. Only a proxy on this machine (the shell) is believed about whom it forwards for. */
export const clientAddress = (sender: Sender): string => {
  const peer = sender?.socket.remoteAddress ?? 'unknown';
  if (!isLoopback(peer)) return peer;
  // Each proxy appends, so the last address that is not our own is the nearest one that can't be made up.
  const forwarded = headerOf(sender, 'x-forwarded-for').split(',').reverse();
  const nearest = forwarded
    .map((entry) => entry.trim())
    .find((entry) => isIP(entry) !== 0 && !isLoopback(entry));
  return nearest ?? peer;
};

/** Whether the owner's browser speaks TLS, here or to a proxy in front. */
export const isSecure = (sender: Sender): boolean => {
  if (sender === undefined) return false;
  if ('encrypted' in sender.socket) return true;
  if (!isLoopback(sender.socket.remoteAddress ?? '')) return false;
  return headerOf(sender, 'x-forwarded-proto').split(',', 1)[0]?.trim() === 'https';
};

const headerOf = (sender: Sender, name: string): string => {
  const value = sender?.headers[name] ?? '';
  return Array.isArray(value) ? value.join(',') : value;
};
