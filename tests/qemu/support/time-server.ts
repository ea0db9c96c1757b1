import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Seconds from NTP's epoch, 1900, to Unix's. */
const EPOCH = 2_208_988_800;

const stamp = (packet: Buffer, at: number): void => {
  const now = Date.now() / 1000;
  packet.writeUInt32BE(Math.floor(now) + EPOCH, at);
  packet.writeUInt32BE(Math.floor((now % 1) * 2 ** 32), at + 4);
};

/** A time server (SNTP, RFC 4330) on the loopback's port 123, which a guest finds at its network's gateway. */
export const createTimeServer = async () => {
  let asked = 0;
  const socket = createSocket('udp4', (request, from) => {
    asked++;
    const reply = Buffer.alloc(48);
    // Version 4, a server's answer, from the first stratum.
    reply.writeUInt8(0b00_100_100, 0);
    reply.writeUInt8(1, 1);
    reply.writeInt8(-20, 3);
    reply.write('LOCL', 12, 'latin1');
    stamp(reply, 16);
    request.copy(reply, 24, 40, 48);
    stamp(reply, 32);
    stamp(reply, 40);
    socket.send(reply, from.port, from.address);
  });
  socket.bind(123, '127.0.0.1');
  await once(socket, 'listening');
  return { asked: () => asked, close: () => void socket.close() };
};
