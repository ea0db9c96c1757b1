import { type IncomingMessage, request, STATUS_CODES } from 'node:http';
import { type Duplex, pipeline } from 'node:stream';
import { PROBLEM_CONTENT_TYPE } from '@matrix-os/contracts/problem';
import { unavailableBody } from './forward-request.ts';
import { endToEndHeaders, requestHeaders } from './forwarded-headers.ts';
import type { Gateway } from './gateway-address.ts';

/** Joins a browser's WebSocket with one to the gateway. From the handshake on both are plain bytes. */
export const forwardUpgrade = (
  gateway: Gateway,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void => {
  const outgoing = request({
    ...gateway.address,
    method: incoming.method,
    path: incoming.url,
    headers: [
      ...requestHeaders(incoming, gateway.trustedProxies),
      'Connection',
      'Upgrade',
      'Upgrade',
      'websocket',
    ],
    agent: false,
  });
  const giveUp = () => outgoing.destroy();
  socket.on('error', giveUp);
  socket.on('close', giveUp);
  outgoing.on('upgrade', (answer, upstream, upstreamHead) => {
    const headers = [...endToEndHeaders(answer), 'Connection', 'Upgrade', 'Upgrade', 'websocket'];
    socket.write(responseHead(101, headers));
    upstream.on('error', () => socket.destroy());
    if (upstreamHead.length > 0) upstream.unshift(upstreamHead);
    if (head.length > 0) socket.unshift(head);
    pipeline(socket, upstream, socket, () => {
      socket.destroy();
      upstream.destroy();
    });
  });
  outgoing.on('response', (answer) => {
    socket.write(responseHead(answer.statusCode ?? 502, [...endToEndHeaders(answer), 'Connection', 'close']));
    pipeline(answer, socket, () => socket.destroy());
  });
  outgoing.on('error', () => {
    if (socket.destroyed) return;
    refuseUpgrade(socket, 503, PROBLEM_CONTENT_TYPE, unavailableBody());
  });
  outgoing.end();
};

export const refuseUpgrade = (socket: Duplex, status: number, type: string, body: string): void => {
  const length = String(Buffer.byteLength(body));
  const headers = ['Content-Type', type, 'Content-Length', length, 'Connection', 'close'];
  socket.end(responseHead(status, headers) + body, () => socket.destroy());
};

const responseHead = (status: number, headers: readonly string[]): string => {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${head}\r\n`;
};
