import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createFairLimit, networkOf } from '@matrix-os/kit';

/** Few enough to cost nothing, and many more than the pages that wait to be let in. */
const MAX_STRANGERS = 256;
/** How long the rest of a body is read after the answer, so that the sender gets to see the answer. In milliseconds. */
const LINGER = { stranger: 50, welcome: 2000 };

/**
 * The connections of those who have not shown that they may be here: before their first request, and while they make one. They
 * have few places, fairly shared among addresses; one too many costs the oldest of the address that has the most its connection.
 */
export interface Strangers {
  arrived(socket: Duplex, address: string): void;
  /** A request came over the connection. Each shows anew who it is from: a proxy sends those of many over one. */
  asks(request: IncomingMessage, response?: ServerResponse): void;
  /** The request is the owner's, or one that the owner gave leave for: the connection counts no more. */
  isWelcome(request: IncomingMessage | undefined): void;
}

export const createStrangers = (deps: {
  addressOf: (request: IncomingMessage) => string;
  limit?: number;
}): Strangers => {
  const places = createFairLimit({ limit: deps.limit ?? MAX_STRANGERS });
  const leaving = new WeakMap<Duplex, () => void>();
  const welcome = new WeakSet<IncomingMessage>();
  const leave = (socket: Duplex): void => leaving.get(socket)?.();
  const stay = (socket: Duplex, address: string): void => {
    leave(socket);
    if (socket.destroyed) return;
    const release = places.hold(networkOf(address), () => void socket.destroy());
    socket.once('close', release);
    leaving.set(socket, () => {
      release();
      socket.off('close', release);
    });
  };
  return {
    arrived: stay,
    asks(request, response) {
      const { socket } = request;
      stay(socket, deps.addressOf(request));
      response?.once('finish', () => {
        if (request.complete) return;
        const linger = welcome.has(request) ? LINGER.welcome : LINGER.stranger;
        setTimeout(() => request.complete || socket.destroy(), linger).unref();
      });
    },
    isWelcome(request) {
      if (request === undefined) return;
      welcome.add(request);
      leave(request.socket);
    },
  };
};
