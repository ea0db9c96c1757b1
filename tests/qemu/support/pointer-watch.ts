import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Machine } from './machine.ts';
import { waitFor } from './wait.ts';

/** A picture that the machine gave its display to draw as the pointer. */
interface Shape {
  readonly atMs: number;
  /** Whether any pixel of it can be seen. */
  readonly visible: boolean;
}

/** What the display draws over the picture, which no screenshot has. Every shape is noticed, however short it was. */
export interface PointerWatch {
  /** The one that was there before first, if any. Throws when the server has said what can't be understood. */
  shapes(): readonly Shape[];
  /** Whether the last one can be seen. */
  isShown(): boolean;
  close(): void;
}

const VERSION = 'RFB 003.008\n';
const WITHOUT_PASSWORD = 1;
/** The pseudo-encoding "cursor with alpha": pixels of four bytes, the last of which says how much it covers. */
const CURSOR_WITH_ALPHA = -314;
const RAW = 0;

/**
 * Asks QEMU's VNC server (RFC 6143) for the pointer's shapes and for nothing else: it sends no picture that is not requested.
 *
 * @param path - The server's socket.
 * @param clock - Gives each shape its time, in milliseconds.
 */
export const watchPointer = async (path: string, clock: () => number): Promise<PointerWatch> => {
  const socket = connect(path);
  await once(socket, 'connect');
  // Its end is what a reader hears of.
  socket.on('error', () => {});
  const read = reader(socket);

  await read(VERSION.length);
  socket.write(VERSION);
  await read((await read(1)).readUInt8());
  socket.write(Buffer.of(WITHOUT_PASSWORD));
  await read(4);
  const shared = 1;
  socket.write(Buffer.of(shared));
  const server = await read(24);
  await read(server.readUInt32BE(20));
  const setEncodings = Buffer.of(2, 0, 0, 1, 0, 0, 0, 0);
  setEncodings.writeInt32BE(CURSOR_WITH_ALPHA, 4);
  socket.write(setEncodings);

  const shapes: Shape[] = [];
  let wrong: Error | undefined;
  const listen = async () => {
    while (true) {
      const [type, , , rectangles] = await read(4);
      if (type !== 0) throw new Error(`QEMU's VNC server sent a message of type ${type}`);
      for (let left = rectangles ?? 0; left > 0; left--) {
        const header = await read(16);
        const [width, height] = [header.readUInt16BE(4), header.readUInt16BE(6)];
        if (header.readInt32BE(8) !== CURSOR_WITH_ALPHA || header.readInt32BE(12) !== RAW)
          throw new Error(`QEMU's VNC server sent a picture as ${header.readInt32BE(8)}`);
        const pixels = await read(width * height * 4);
        shapes.push({ atMs: clock(), visible: pixels.some((byte, at) => at % 4 === 3 && byte > 0) });
      }
    }
  };
  listen().catch((error: Error) => {
    if (!(error instanceof Over)) wrong = error;
  });
  const known = () => {
    if (wrong !== undefined) throw wrong;
    return shapes;
  };
  return {
    shapes: known,
    isShown: () => known().at(-1)?.visible ?? false,
    close: () => void socket.destroy(),
  };
};

/** As a hand does it; the pointer must be there. Hands over who has seen it. */
export const movePointer = async (machine: Machine): Promise<PointerWatch> => {
  const watch = await machine.watchPointer();
  // One of them is a movement, wherever it was.
  for (const x of [600, 620]) await machine.pointer.move(x, 200);
  await waitFor('the pointer on the screen', async () => watch.isShown(), { timeoutMs: 30_000 });
  return watch;
};

class Over extends Error {}

/** Takes bytes by number, as the protocol counts them; rejects with `Over` when there will be no more. */
const reader =
  (socket: Socket) =>
  async (count: number): Promise<Buffer> => {
    if (count === 0) return Buffer.alloc(0);
    while (true) {
      const bytes = socket.read(count) as Buffer | null;
      if (bytes?.length === count) return bytes;
      if (bytes !== null || socket.readableEnded || socket.destroyed) throw new Over('The machine is off');
      await new Promise<void>((resolve) => {
        const done = () => {
          for (const event of EVENTS) socket.off(event, done);
          resolve();
        };
        for (const event of EVENTS) socket.on(event, done);
      });
    }
  };

const EVENTS = ['readable', 'end', 'close'] as const;
