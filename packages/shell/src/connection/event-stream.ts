import { CLOSE_UNAUTHORIZED, type StreamClientFrame, StreamServerFrame } from '@matrix-os/contracts';
import { backoff } from './backoff.ts';

export type StreamStatus = 'connecting' | 'open' | 'reconnecting' | 'signed_out' | 'stopped';

/** A frame for the desktop. `event` frames come once each, in order; `fresh` asks to fetch everything anew. */
export type StreamListener = (frame: Exclude<StreamServerFrame, { type: 'pong' }>, fresh: boolean) => void;

export interface EventStream {
  start(): void;
  stop(): void;
  /** Tries at once instead of waiting: the network is back, or the owner looks. */
  retryNow(): void;
  /** The owner touched the desktop; told to the gateway at most every 30 s. */
  touched(): void;
}

const PING_MS = 20_000;
const SILENT_MS = 50_000;
const TOUCH_MS = 30_000;

export interface EventStreamOptions {
  readonly url: string;
  readonly onFrame: StreamListener;
  readonly onStatus: (status: StreamStatus) => void;
  /** Asked when a socket never opened: a refused handshake doesn't say why. */
  readonly isSignedOut: () => Promise<boolean>;
  readonly openSocket?: (url: string) => WebSocket;
  readonly wait?: (attempt: number) => number;
}

/** Follows the gateway's events over one socket at a time, for ever, missing none and telling none twice. */
export const createEventStream = (options: EventStreamOptions): EventStream => {
  const openSocket = options.openSocket ?? ((url) => new WebSocket(url));
  const wait = options.wait ?? ((attempt) => backoff(attempt));
  let socket: WebSocket | undefined;
  let lastSeq: number | undefined;
  let attempt = 0;
  let stopped = true;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let pingTimer: ReturnType<typeof setInterval> | undefined;
  let heardAt = 0;
  let touchedAt = 0;

  const say = (frame: StreamClientFrame) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };

  const connect = () => {
    clearTimeout(retryTimer);
    retryTimer = undefined;
    options.onStatus(attempt === 0 && lastSeq === undefined ? 'connecting' : 'reconnecting');
    const current = openSocket(options.url);
    let opened = false;
    socket = current;
    current.onopen = () => {
      opened = true;
      heardAt = Date.now();
      pingTimer = setInterval(() => beat(current), PING_MS);
      say(lastSeq === undefined ? { type: 'hello' } : { type: 'hello', after: lastSeq });
    };
    current.onmessage = (message: MessageEvent<unknown>) => {
      if (socket !== current) return;
      heardAt = Date.now();
      hear(message.data);
    };
    current.onclose = (event) => {
      if (socket !== current) return;
      socket = undefined;
      clearInterval(pingTimer);
      void lost(event.code, opened);
    };
  };

  const beat = (current: WebSocket) => {
    // A half-open connection (a laptop that slept) never closes by itself.
    if (Date.now() - heardAt > SILENT_MS) {
      current.onclose?.(new CloseEvent('close', { code: 1006 }));
      current.close();
      return;
    }
    say({ type: 'ping' });
  };

  const lost = async (code: number, opened: boolean) => {
    if (stopped) return;
    options.onStatus('reconnecting');
    if (code === CLOSE_UNAUTHORIZED || (!opened && (await options.isSignedOut().catch(() => false)))) {
      stopped = true;
      options.onStatus('signed_out');
      return;
    }
    if (stopped || socket !== undefined || retryTimer !== undefined) return;
    retryTimer = setTimeout(connect, wait(attempt));
    attempt += 1;
  };

  const hear = (data: unknown) => {
    const frame = parseFrame(data);
    if (frame === undefined || frame.type === 'pong') return;
    if (frame.type === 'welcome') {
      attempt = 0;
      // A smaller number than ours: the OS was put back to an earlier state, or made anew.
      const fresh = lastSeq === undefined || frame.reset || frame.seq < lastSeq;
      if (fresh) lastSeq = frame.seq;
      options.onStatus('open');
      options.onFrame(frame, fresh);
      return;
    }
    if (frame.type === 'event') {
      if (lastSeq !== undefined && frame.envelope.seq <= lastSeq) return;
      lastSeq = frame.envelope.seq;
    }
    options.onFrame(frame, false);
  };

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      connect();
    },
    stop() {
      stopped = true;
      clearTimeout(retryTimer);
      retryTimer = undefined;
      clearInterval(pingTimer);
      const current = socket;
      socket = undefined;
      current?.close();
      options.onStatus('stopped');
    },
    retryNow() {
      if (!stopped && retryTimer !== undefined) connect();
    },
    touched() {
      if (Date.now() - touchedAt < TOUCH_MS || socket?.readyState !== WebSocket.OPEN) return;
      touchedAt = Date.now();
      say({ type: 'active' });
    },
  };
};

const parseFrame = (data: unknown): StreamServerFrame | undefined => {
  if (typeof data !== 'string') return undefined;
  try {
    // A frame that only a newer gateway knows is no reason to fall over.
    return StreamServerFrame.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
};
