import type { WebSocket } from 'ws';

const BEAT_MS = 30_000;

/** Finds dead connections, which TCP alone would take hours to notice. `onBeat`: what else is to be looked at then. */
export const keepAlive = (socket: WebSocket, onBeat: () => void): (() => void) => {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
    onBeat();
  }, BEAT_MS);
  return () => clearInterval(timer);
};
