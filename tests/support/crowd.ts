import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/** Many connections that each say this and then nothing, as one who means harm does. Resolves once each is open or refused. */
export const openCrowd = async (options: {
  port: number;
  count: number;
  text: string;
}): Promise<Socket[]> => {
  const sockets = Array.from({ length: options.count }, () => {
    const socket = connect({ host: '127.0.0.1', port: options.port });
    // Cut off in the middle of what it says.
    socket.on('error', () => undefined);
    socket.write(options.text);
    return socket;
  });
  await Promise.all(sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
  return sockets;
};

/** What a process holds of the machine's memory, in bytes. */
export const memoryOf = (pid: number): number => {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
};

/** The sockets that a process itself has open, whatever those at the other end believe. */
export const socketsOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/fd`).filter((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`).startsWith('socket:');
    } catch {
      // Closed while we looked.
      return false;
    }
  }).length;

const HEAD = 'Host: localhost\r\nContent-Type: application/json\r\n';
const login = (more: string, body: string) => `POST /auth/login HTTP/1.1\r\n${HEAD}${more}\r\n${body}`;
const LARGE = 'x'.repeat(300_000);
const KEY = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

/** What strangers may say to cost more than they should, by name. */
export const UNFINISHED: Readonly<Record<string, string>> = {
  'announce a large body and send most of it': login('Content-Length: 1000000\r\n', LARGE),
  'send a large body in chunks': login('Transfer-Encoding: chunked\r\n', `493e0\r\n${LARGE}`),
  'send all of a small body but its end': login('Content-Length: 4000\r\n', 'x'.repeat(3999)),
  'do so in the name of another address': login(
    'X-Forwarded-For: 203.0.113.9\r\nContent-Length: 4000\r\n',
    'x'.repeat(3999),
  ),
  'send a large body to what is not theirs': `PUT /files/a HTTP/1.1\r\n${HEAD}Content-Length: 1000000\r\n\r\n${LARGE}`,
  'send a body where none belongs': `GET /health HTTP/1.1\r\n${HEAD}Content-Length: 99\r\n\r\n`,
  'never finish their headers': `GET / HTTP/1.1\r\n${HEAD}X-Long: ${'x'.repeat(8000)}`,
  'say nothing': '',
  'shake hands for a socket': `GET /ws HTTP/1.1\r\n${HEAD}Connection: Upgrade\r\nUpgrade: websocket\r\n${KEY}\r\n`,
};
