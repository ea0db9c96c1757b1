import { connect } from 'node:net';

export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  readonly status: number;
  readonly text: string;
}

/**
 * Sends bytes as they are: no client in between normalises a path, drops a header or repairs a body. They must ask for
 * the connection to be closed, or break it off themselves.
 */
export const rawRequest = (
  authority: string,
  { bytes, breaksOff }: { bytes: Uint8Array; breaksOff: boolean },
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const [host, port] = authority.split(':');
    const socket = connect({ host, port: Number(port) });
    const chunks: Buffer[] = [];
    socket.on('connect', () => (breaksOff ? socket.end(bytes) : socket.write(bytes)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Refused in the middle of what was still being sent.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      // The last one: a 100 may come before.
      const status = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].at(-1)?.[1];
      resolve({ status: Number(status ?? 0), text });
    });
  });
