import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ROOT } from '../../tools/setup/paths.mjs';

const PROGRAM = join(ROOT, 'distro/systemd/rootfs/usr/libexec/matrix-os/still-pointer');

/** Wayland's wire: the object, the number of the request or event, the bytes, then words and texts. */
const message = (object: number, number: number, ...values: readonly (number | string)[]): Buffer => {
  const body = Buffer.concat(
    values.map((value) => {
      if (typeof value === 'string') {
        const padded = Buffer.alloc(Math.ceil((value.length + 1) / 4) * 4);
        padded.write(value);
        return Buffer.concat([word(value.length + 1), padded]);
      }
      return word(value);
    }),
  );
  return Buffer.concat([word(object), word(((8 + body.length) << 16) | number), body]);
};
const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

const [DISPLAY, REGISTRY, SEAT, POINTER, KEYBOARD, SURFACE] = [1, 2, 3, 4, 5, 6];
const makesPointer = Buffer.concat([
  message(DISPLAY, 1, REGISTRY),
  message(REGISTRY, 0, 11, 'wl_compositor', 6, 9),
  message(REGISTRY, 0, 12, 'wl_seat', 9, SEAT),
  message(SEAT, 1, KEYBOARD),
  message(SEAT, 0, POINTER),
]);
const enter = (serial: number) => message(POINTER, 0, serial, SURFACE, 320 << 8, 200 << 8);
const leave = (serial: number) => message(POINTER, 1, serial, SURFACE);
const motion = message(POINTER, 2, 1000, 321 << 8, 200 << 8);
const button = message(POINTER, 3, 50, 1000, 272, 1);
const frame = message(POINTER, 5);
const key = message(KEYBOARD, 3, 51, 1000, 30, 1);

/** What has come over a connection. */
const listener = (socket: Socket) => {
  let heard = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    heard = Buffer.concat([heard, piece]);
  });
  return {
    socket,
    /** Waits for as many bytes and compares them; what comes after counts for the next time. */
    async hears(...messages: readonly Buffer[]) {
      const wanted = Buffer.concat(messages);
      await expect.poll(() => heard.length).toBeGreaterThanOrEqual(wanted.length);
      expect(heard.subarray(0, wanted.length).toString('hex')).toBe(wanted.toString('hex'));
      heard = heard.subarray(wanted.length);
    },
  };
};
type Listener = ReturnType<typeof listener>;

let folder: string;
let compositor: ReturnType<typeof createServer>;
let program: ChildProcess;
let address: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'still-pointer-'));
  compositor = createServer().listen(join(folder, 'wayland-0'));
  await once(compositor, 'listening');
  // Its command says where it may connect, and ends with its input.
  program = spawn(PROGRAM, ['sh', '-c', 'echo "$WAYLAND_DISPLAY"; read -r status && exit "$status"'], {
    env: { PATH: process.env.PATH, XDG_RUNTIME_DIR: folder, WAYLAND_DISPLAY: 'wayland-0' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (program.stdout === null) throw new Error('It has no output');
  const [said] = await once(program.stdout, 'data');
  address = String(said).trim();
});

afterEach(async () => {
  program.kill('SIGKILL');
  compositor.close();
  await rm(folder, { recursive: true, force: true });
});

/** A client of its own, and the compositor's end of it. */
const pair = async (): Promise<{ client: Listener; server: Listener }> => {
  const accepted = once(compositor, 'connection');
  const client = listener(connect(address));
  return { client, server: listener((await accepted)[0] as Socket) };
};

it('tells a client where the pointer is when it moves', async () => {
  const { client, server } = await pair();
  client.socket.write(makesPointer);
  await server.hears(makesPointer);
  server.socket.write(Buffer.concat([enter(1), frame, key]));
  await client.hears(key);
  server.socket.write(Buffer.concat([motion, frame, leave(2), frame, enter(3), frame]));
  await client.hears(enter(1), frame, motion, frame, leave(2), frame, enter(3), frame);
});

it('tells it where the pointer has come last, and of a first click', async () => {
  const { client, server } = await pair();
  client.socket.write(makesPointer);
  await server.hears(makesPointer);
  server.socket.write(Buffer.concat([enter(1), frame, leave(2), frame, key]));
  await client.hears(key);
  server.socket.write(Buffer.concat([enter(3), frame, button, frame]));
  await client.hears(enter(3), frame, button, frame);
});

it('understands what comes in the smallest pieces', async () => {
  const { client, server } = await pair();
  const slowly = async (socket: Socket, bytes: Buffer) => {
    for (const byte of bytes) {
      socket.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await slowly(client.socket, makesPointer);
  await server.hears(makesPointer);
  await slowly(server.socket, Buffer.concat([key, enter(1), frame, key, motion, frame, key]));
  await client.hears(key, key, enter(1), frame, motion, frame, key);
});

it('passes more than a connection can hold', async () => {
  const { client, server } = await pair();
  client.socket.write(makesPointer);
  await server.hears(makesPointer);
  const many = Buffer.concat(Array.from({ length: 100_000 }, () => key));
  server.socket.write(Buffer.concat([enter(1), many, motion, many]));
  await client.hears(many, enter(1), motion, many);
});

it('takes what has the number of a former pointer for what it is', async () => {
  const { client, server } = await pair();
  const surface = message(9, 0, POINTER);
  const request = Buffer.concat([makesPointer, message(POINTER, 1), surface]);
  client.socket.write(request);
  await server.hears(request);
  server.socket.write(Buffer.concat([enter(1), key]));
  await client.hears(enter(1), key);
});

it('keeps nothing from a connection that comes after the first movement', async () => {
  const first = await pair();
  first.client.socket.write(makesPointer);
  await first.server.hears(makesPointer);
  first.server.socket.write(Buffer.concat([enter(1), motion]));
  await first.client.hears(enter(1), motion);
  const { client, server } = await pair();
  client.socket.write(makesPointer);
  await server.hears(makesPointer);
  server.socket.write(enter(1));
  await client.hears(enter(1));
});

it('ends a connection with the compositor’s, and itself with its command', async () => {
  const { client, server } = await pair();
  const gone = once(client.socket, 'close');
  server.socket.destroy();
  await gone;
  const ended = once(program, 'exit');
  program.stdin?.write('7\n');
  expect(await ended).toEqual([7, null]);
});
