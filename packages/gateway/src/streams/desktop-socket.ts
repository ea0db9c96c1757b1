import {
  CLOSE_TOO_SLOW,
  CLOSE_UNAUTHORIZED,
  StreamClientFrame,
  type StreamServerFrame,
} from '@matrix-os/contracts';
import type { Kernel } from '@matrix-os/kernel';
import type { RawData, WebSocket } from 'ws';
import type { Activity } from '../activity.ts';
import type { FileChanges } from './file-changes.ts';
import { keepAlive } from './keep-alive.ts';
import { replayThenFollow } from './replay.ts';
import type { SocketRoute } from './upgrades.ts';

const HELLO_MS = 10_000;
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;
const CLOSE_PROTOCOL = 1002;
// Long enough for a slow line to take what is on its way, and with it the reason.
const GOODBYE_MS = 15_000;

export interface DesktopSocketDeps {
  readonly kernel: Kernel;
  readonly activity: Activity;
  readonly fileChanges: FileChanges;
  readonly isLive: (login: string) => boolean;
  readonly onLoginEnd: (listener: (login: string) => void) => () => void;
}

/** `GET /ws`: everything that happens, to one desktop. */
export const createDesktopSocket = (deps: DesktopSocketDeps): SocketRoute => ({
  serve(socket, { caller }) {
    const { kernel } = deps;
    const undo: (() => void)[] = [];
    const close = (code: number, reason: string) => {
      socket.close(code, reason);
      // A goodbye queues behind what wasn't read.
      setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
    };
    const send = (frame: StreamServerFrame) => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(JSON.stringify(frame));
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) close(CLOSE_TOO_SLOW, 'reading too slowly');
    };

    let greeted = false;
    const greet = (after: number | undefined) => {
      greeted = true;
      clearTimeout(patience);
      undo.push(
        replayThenFollow({
          events: kernel.events,
          after,
          welcome: (seq, reset) => send({ type: 'welcome', seq, reset, queue: kernel.queue() }),
          send: (envelope) => send({ type: 'event', envelope }),
          drained: () => drained(socket),
          giveUp: () => close(CLOSE_TOO_SLOW, 'reading too slowly'),
        }),
        kernel.onQueue((queue) => send({ type: 'queue', queue })),
        deps.fileChanges.subscribe((changes) => send({ type: 'files', changes: [...changes] })),
      );
    };

    socket.on('message', (data, isBinary) => {
      const frame = isBinary ? undefined : parseFrame(data);
      if (frame === undefined) return close(CLOSE_PROTOCOL, 'not a frame of this protocol');
      if (frame.type === 'ping') return send({ type: 'pong' });
      if (frame.type === 'active') return deps.activity.touch('websocket');
      if (greeted) return close(CLOSE_PROTOCOL, 'one hello is enough');
      greet(frame.after);
    });

    const patience = setTimeout(() => close(CLOSE_PROTOCOL, 'say hello first'), HELLO_MS);
    undo.push(
      keepAlive(socket, () => {
        if (!deps.isLive(caller.login)) close(CLOSE_UNAUTHORIZED, 'signed out');
      }),
      deps.onLoginEnd((login) => {
        if (login === caller.login) close(CLOSE_UNAUTHORIZED, 'signed out');
      }),
      () => clearTimeout(patience),
    );
    socket.on('close', () => {
      for (const step of undo.splice(0)) step();
    });
  },
});

const parseFrame = (data: RawData): StreamClientFrame | undefined => {
  try {
    return StreamClientFrame.parse(JSON.parse(data.toString()));
  } catch {
    return undefined;
  }
};

/** Resolves once all that was sent so far has left this process, or the socket is gone. */
const drained = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.once('close', () => resolve());
    socket.ping(undefined, undefined, () => resolve());
  });
