import { once } from 'node:events';
import { StreamServerFrame } from '@matrix-os/contracts';
import type { WebSocket } from 'ws';

/** A desktop's view of `/ws`: every frame in order, and a way to wait for the one that matters. */
export const readFrames = (socket: WebSocket) => {
  const frames: StreamServerFrame[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    frames.push(StreamServerFrame.parse(JSON.parse(String(data))));
    for (const look of waiting) look();
  });
  function until<Frame extends StreamServerFrame>(
    matches: (frame: StreamServerFrame) => frame is Frame,
  ): Promise<Frame>;
  function until(matches: (frame: StreamServerFrame) => boolean): Promise<StreamServerFrame>;
  function until(matches: (frame: StreamServerFrame) => boolean): Promise<StreamServerFrame> {
    return new Promise((resolve) => {
      const look = () => {
        const found = frames.find(matches);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  }
  const seqs = () => frames.flatMap((frame) => (frame.type === 'event' ? [frame.envelope.seq] : []));
  return { frames, until, seqs };
};

export const greet = async (socket: WebSocket, after?: number) => {
  if (socket.readyState !== socket.OPEN) await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'hello', ...(after !== undefined && { after }) }));
};

export const isType =
  <Type extends StreamServerFrame['type']>(type: Type) =>
  (frame: StreamServerFrame): frame is Extract<StreamServerFrame, { type: Type }> =>
    frame.type === type;

/** The code a socket was closed with. */
export const closeCode = async (socket: WebSocket): Promise<number> => {
  const [code] = await once(socket, 'close');
  return code;
};
