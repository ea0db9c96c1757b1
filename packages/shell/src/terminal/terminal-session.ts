import { type TerminalClientFrame, TerminalServerFrame } from '@matrix-os/contracts';
import { openSocket } from '../connection/page-key.ts';

/** How a shell's connection ended. */
export type TerminalEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'lost'; readonly reason: string };

export interface TerminalSession {
  input(data: string): void;
  resize(cols: number, rows: number): void;
  close(): void;
}

// One frame holds at most this many characters; a long paste goes in several.
const MAX_INPUT = 65_536;

/** One shell over one socket. `onEnd` is called once, and not after `close`. */
export const openTerminal = (options: {
  readonly url: string;
  readonly cols: number;
  readonly rows: number;
  readonly onOutput: (bytes: Uint8Array) => void;
  readonly onEnd: (end: TerminalEnd) => void;
}): TerminalSession => {
  const socket = openSocket(`${options.url}?cols=${options.cols}&rows=${options.rows}`);
  socket.binaryType = 'arraybuffer';
  // What is typed before the shell is there waits for it.
  let early: TerminalClientFrame[] = [];
  let over = false;

  const say = (frame: TerminalClientFrame) => {
    if (socket.readyState === WebSocket.CONNECTING) early.push(frame);
    else if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  const end = (how: TerminalEnd) => {
    if (over) return;
    over = true;
    options.onEnd(how);
  };

  socket.onopen = () => {
    for (const frame of early) socket.send(JSON.stringify(frame));
    early = [];
  };
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) return options.onOutput(new Uint8Array(data));
    const frame = TerminalServerFrame.safeParse(JSON.parse(String(data)));
    if (frame.success) end({ kind: 'exit', code: frame.data.code });
  };
  socket.onclose = ({ reason }) => end({ kind: 'lost', reason });

  return {
    input(data) {
      for (let i = 0; i < data.length; i += MAX_INPUT)
        say({ type: 'input', data: data.slice(i, i + MAX_INPUT) });
    },
    resize: (cols, rows) => say({ type: 'resize', cols, rows }),
    close() {
      over = true;
      socket.close();
    },
  };
};
