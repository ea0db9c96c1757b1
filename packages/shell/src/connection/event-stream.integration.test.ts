import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLOSE_UNAUTHORIZED, type EventEnvelope, StreamClientFrame } from '@matrix-os/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import {
  createEventStream,
  type EventStream,
  type StreamListener,
  type StreamStatus,
} from './event-stream.ts';

const QUEUE = { limit: 5, running: [], waiting: [] };
const envelope = (seq: number): EventEnvelope => ({
  seq,
  at: '2026-01-02T03:04:05.000Z',
  session: null,
  turn: null,
  event: { type: 'text', delta: String(seq) },
});

/** A gateway's stream over real sockets: it keeps what it told, and replays what comes after. */
const createStreamServer = async () => {
  const http: Server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ server: http, path: '/ws' });
  const kept: EventEnvelope[] = [];
  const hellos: StreamClientFrame[] = [];
  let oldest = 0;
  let refuse = false;
  sockets.options.verifyClient = () => !refuse;
  const send = (socket: ServerSocket, frame: unknown) => socket.send(JSON.stringify(frame));
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => {
      const frame = StreamClientFrame.parse(JSON.parse(String(data)));
      if (frame.type !== 'hello') return;
      hellos.push(frame);
      const reset = frame.after !== undefined && frame.after < oldest;
      send(socket, { type: 'welcome', seq: kept.at(-1)?.seq ?? 0, reset, queue: QUEUE });
      if (frame.after === undefined || reset) return;
      // From one earlier than asked: a client has to cope with what it knows.
      for (const one of kept.filter(({ seq }) => seq >= (frame.after ?? 0)))
        send(socket, { type: 'event', envelope: one });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/ws`,
    hellos,
    tell(seq: number) {
      kept.push(envelope(seq));
      for (const socket of sockets.clients) send(socket, { type: 'event', envelope: envelope(seq) });
    },
    /** Kept, but nobody who listens now gets it. */
    keep: (seq: number) => kept.push(envelope(seq)),
    /** As after a restored backup: the last event is this one. */
    rewind: (seq: number) => void kept.splice(0, kept.length, envelope(seq)),
    forget(before: number) {
      oldest = before;
    },
    garble() {
      for (const socket of sockets.clients)
        for (const text of ['{', '{"type":"novelty"}', '7']) socket.send(text);
    },
    cut: () => [...sockets.clients].forEach((socket) => void socket.terminate()),
    expel: () => [...sockets.clients].forEach((socket) => void socket.close(CLOSE_UNAUTHORIZED)),
    refuseAll() {
      refuse = true;
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
};

type Frame = Parameters<StreamListener>[0];

describe('the event stream', () => {
  let server: Awaited<ReturnType<typeof createStreamServer>>;
  let stream: EventStream;
  let frames: Frame[];
  let fresh: boolean[];
  let statuses: StreamStatus[];
  let check: () => void;

  const seqs = () => frames.flatMap((frame) => (frame.type === 'event' ? [frame.envelope.seq] : []));
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      check = () => condition() && resolve();
      check();
    });
  const opened = (times: number) =>
    until(() => statuses.filter((status) => status === 'open').length === times);

  const follow = (isSignedOut = async () => false) => {
    stream = createEventStream({
      url: server.url,
      isSignedOut,
      wait: () => 5,
      onFrame: (frame, isFresh) => {
        frames.push(frame);
        if (frame.type === 'welcome') fresh.push(isFresh);
        check();
      },
      onStatus: (status) => {
        statuses.push(status);
        check();
      },
    });
    stream.start();
  };

  beforeEach(async () => {
    server = await createStreamServer();
    frames = [];
    fresh = [];
    statuses = [];
    check = () => undefined;
  });
  afterEach(async () => {
    stream.stop();
    await server.close();
  });

  it('follows from now on', async () => {
    server.keep(7);
    follow();
    await opened(1);
    server.tell(8);
    await until(() => seqs().length === 1);
    expect(server.hellos).toEqual([{ type: 'hello' }]);
    expect(fresh).toEqual([true]);
    expect(seqs()).toEqual([8]);
  });

  it('gets what it missed, in order and once, when the connection breaks', async () => {
    follow();
    await opened(1);
    server.tell(1);
    server.tell(2);
    await until(() => seqs().length === 2);
    server.keep(3);
    server.keep(4);
    server.cut();
    await opened(2);
    server.tell(5);
    await until(() => seqs().at(-1) === 5);
    expect(server.hellos.at(-1)).toEqual({ type: 'hello', after: 2 });
    expect(seqs()).toEqual([1, 2, 3, 4, 5]);
    expect(fresh).toEqual([true, false]);
    expect(statuses).toContain('reconnecting');
  });

  it('says so when what it missed is no longer kept', async () => {
    follow();
    await opened(1);
    server.tell(1);
    await until(() => seqs().length === 1);
    for (const seq of [2, 3, 4]) server.keep(seq);
    server.forget(3);
    server.cut();
    await opened(2);
    server.tell(5);
    await until(() => seqs().at(-1) === 5);
    expect(fresh).toEqual([true, true]);
    expect(seqs()).toEqual([1, 5]);
  });

  it('starts anew when the OS was put back to an earlier state', async () => {
    follow();
    await opened(1);
    server.tell(100);
    await until(() => seqs().length === 1);
    server.rewind(3);
    server.cut();
    await opened(2);
    server.tell(4);
    await until(() => seqs().at(-1) === 4);
    expect(fresh).toEqual([true, true]);
    expect(seqs()).toEqual([100, 4]);
  });

  it('takes no harm from frames it does not know', async () => {
    follow();
    await opened(1);
    server.garble();
    server.tell(1);
    await until(() => seqs().length === 1);
    expect(frames.map(({ type }) => type)).toEqual(['welcome', 'event']);
  });

  it('stops when the owner signed out elsewhere', async () => {
    follow();
    await opened(1);
    server.expel();
    await until(() => statuses.includes('signed_out'));
    expect(statuses.at(-1)).toBe('signed_out');
  });

  it('stops when the handshake is refused for want of a login', async () => {
    server.refuseAll();
    follow(async () => true);
    await until(() => statuses.includes('signed_out'));
    expect(server.hellos).toEqual([]);
  });

  it('goes on trying when the handshake is refused for another reason', async () => {
    server.refuseAll();
    follow();
    await until(() => statuses.filter((status) => status === 'reconnecting').length >= 4);
    expect(statuses).not.toContain('signed_out');
  });
});
