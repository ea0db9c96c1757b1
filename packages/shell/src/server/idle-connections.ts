import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createFairLimit, networkOf } from '@matrix-os/kit';

/** Many more than the pages of one owner, and few enough to cost nothing. */
const MAX_IDLE = 256;
/** How long the rest of a body is read after the answer, so that the sender gets to see the answer; the gateway may end it sooner. */
const LINGER_MS = 2000;

export interface IdleConnections {
  /** The gateway has it now, and ends what it doesn't want to keep. */
  handOver(request: IncomingMessage, response?: ServerResponse): void;
}

/**
 * Connections that wait: for a request, for the rest of one, or for their reader to take a page. They have few places, fairly
 * shared among addresses; one too many costs the oldest of the address that has the most its connection.
 */
export const limitIdleConnections = (server: Server): IdleConnections => {
  const places = createFairLimit({ limit: MAX_IDLE });
  const leaving = new WeakMap<Socket, () => void>();
  const leave = (socket: Socket): void => leaving.get(socket)?.();
  const stay = (socket: Socket): void => {
    leave(socket);
    if (socket.destroyed) return;
    const release = places.hold(networkOf(socket.remoteAddress ?? 'unknown'), () => void socket.destroy());
    socket.once('close', release);
    leaving.set(socket, () => {
      release();
      socket.off('close', release);
    });
  };
  server.on('connection', stay);
  server.on('request', (request, response) => {
    const { socket } = request;
    response.once('finish', () => {
      if (request.complete) return;
      setTimeout(() => request.complete || socket.destroy(), LINGER_MS).unref();
    });
  });
  return {
    handOver({ socket }, response) {
      leave(socket);
      response?.once('close', () => stay(socket));
    },
  };
};
