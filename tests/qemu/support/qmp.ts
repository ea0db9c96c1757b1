import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

type Message = {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
  readonly event?: string;
  readonly id?: number;
};

/** QEMU's machine protocol: one JSON object per line, answers in any order, events between them. */
export interface Qmp {
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): void;
}

export const connectQmp = async (path: string): Promise<Qmp> => {
  const socket: Socket = connect(path);
  await once(socket, 'connect');
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 0;

  // An input that fails fails its reader too; the socket's own listener tells who waits.
  createInterface({ input: socket })
    .on('error', () => {})
    .on('line', (line) => {
      const message = JSON.parse(line) as Message;
      const call = message.id === undefined ? undefined : waiting.get(message.id);
      if (message.id === undefined || call === undefined) return;
      waiting.delete(message.id);
      if (message.error === undefined) call.resolve(message.return);
      else call.reject(new Error(message.error.desc));
    });
  let gone = false;
  const fail = () => {
    gone = true;
    for (const call of waiting.values()) call.reject(new Error('QEMU is gone'));
    waiting.clear();
  };
  socket.on('close', fail);
  socket.on('error', fail);

  const execute = (command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (gone) return reject(new Error('QEMU is gone'));
      const id = ++next;
      waiting.set(id, { resolve, reject });
      socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  await execute('qmp_capabilities');
  return { execute, close: () => void socket.destroy() };
};
