import type { Duplex } from 'node:stream';
import { newRequestId } from '../ledger/request-id.ts';
import { type ApiError, apiErrorBody } from './api-error.ts';

/** For what isn't even HTTP, Node has no response object: the answer is written to the socket. */
export const answerBadRequest = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = explain(error.code);
  const id = newRequestId();
  const body = apiErrorBody(answer, id);
  socket.end(
    `HTTP/1.1 ${answer.status} Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nrequest-id: ${id}\r\nconnection: close\r\n\r\n${body}`,
  );
};

const explain = (code: string | undefined): ApiError => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, message: 'The headers are larger than 64 kB. Send fewer or shorter ones.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, message: 'The request did not arrive in time. Send it again.' };
    default:
      return { status: 400, message: 'This is not a valid HTTP request.' };
  }
};
