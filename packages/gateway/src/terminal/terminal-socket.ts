import { CLOSE_UNAUTHORIZED, TerminalClientFrame } from '@matrix-os/contracts';
import { AppError, type Logger, messageOf } from '@matrix-os/kit';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { Activity } from '../activity.ts';
import { keepAlive } from '../streams/keep-alive.ts';
import type { SocketRoute } from '../streams/upgrades.ts';
import type { Terminal, Terminals } from './terminals.ts';

const Size = z.object({
  cols: z.coerce.number().int().min(2).max(1000).default(80),
  rows: z.coerce.number().int().min(2).max(1000).default(24),
});
const PAUSE_ABOVE_BYTES = 1024 * 1024;
const RESUME_BELOW_BYTES = 256 * 1024;
const CLOSE_NORMAL = 1000;
const CLOSE_PROTOCOL = 1002;
const CLOSE_FAILED = 1011;

const sizeOf = (url: URL) => {
  const size = Size.safeParse(Object.fromEntries(url.searchParams));
  if (size.success) return size.data;
  throw new AppError('invalid_input', z.prettifyError(size.error));
};

/** `GET /ws/terminal`: one shell per socket; it ends with the socket. */
export const createTerminalSocket = (deps: {
  terminals: Terminals;
  activity: Activity;
  isLive: (login: string) => boolean;
  onLoginEnd: (listener: (login: string) => void) => () => void;
  log: Logger;
}): SocketRoute => ({
  admit(url) {
    sizeOf(url);
    deps.terminals.assertRoom();
  },
  serve(socket, { caller, url }) {
    const signedOut = () => socket.close(CLOSE_UNAUTHORIZED, 'signed out');
    const undo = [
      keepAlive(socket, () => {
        if (!deps.isLive(caller.login)) signedOut();
      }),
      deps.onLoginEnd((login) => {
        if (login === caller.login) signedOut();
      }),
    ];
    socket.on('close', () => {
      for (const step of undo) step();
    });

    const opening = deps.terminals.open(sizeOf(url)).then((terminal) => {
      if (socket.readyState === socket.OPEN) connect(socket, terminal, deps.activity);
      else void terminal.end();
      return terminal;
    });
    opening.catch((error: unknown) => {
      deps.log.warn({ err: error }, 'a terminal did not open');
      socket.close(CLOSE_FAILED, messageOf(error).slice(0, 120));
    });

    // What is typed before the shell is there waits for it, in order.
    let typed: Promise<unknown> = opening;
    socket.on('message', (data, isBinary) => {
      const frame = isBinary ? undefined : parseFrame(data);
      if (frame === undefined) return socket.close(CLOSE_PROTOCOL, 'not a frame of this protocol');
      deps.activity.touch('terminal');
      typed = typed.then(async () => {
        const terminal = await opening;
        if (frame.type === 'input') terminal.write(frame.data);
        else terminal.resize(frame);
      });
      typed.catch((error: unknown) => deps.log.debug({ err: error }, 'a terminal took no input'));
    });
  },
});

const parseFrame = (data: RawData): TerminalClientFrame | undefined => {
  try {
    return TerminalClientFrame.parse(JSON.parse(data.toString()));
  } catch {
    return undefined;
  }
};

/** A client that reads slowly slows the program down instead of filling memory, as any terminal does. */
const connect = (socket: WebSocket, terminal: Terminal, activity: Activity): void => {
  let paused = false;
  const taken = () => {
    if (!paused || socket.bufferedAmount > RESUME_BELOW_BYTES) return;
    paused = false;
    terminal.resume();
  };
  terminal.onData((data) => {
    activity.touch('terminal');
    if (socket.readyState !== socket.OPEN) return;
    socket.send(data, { binary: true }, taken);
    if (paused || socket.bufferedAmount <= PAUSE_ABOVE_BYTES) return;
    paused = true;
    terminal.pause();
  });
  terminal.onExit((code) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'exit', code }));
    socket.close(CLOSE_NORMAL, 'the shell ended');
  });
  socket.on('close', () => void terminal.end());
};
