import { parseRange } from './byte-range.ts';
import { openFile } from './open-file.ts';

/**
 * Answers a file's bytes as they stand, with ETag, `If-None-Match` and one `Range`.
 * `path` is relative to the home, and has been resolved and checked.
 */
export const sendFile = async (options: {
  request: Request;
  method: string;
  home: string;
  path: string;
  name: string;
  headers: Record<string, string>;
}): Promise<Response> => {
  const { request, method } = options;
  const { handle, bytes, modifiedAt, etag } = await openFile(options.home, options.path, options.name);
  let streams = false;
  try {
    const headers = new Headers(options.headers);
    headers.set('etag', etag);
    headers.set('last-modified', modifiedAt.toUTCString());
    headers.set('accept-ranges', 'bytes');
    if (matches(request.headers.get('if-none-match'), etag))
      return new Response(null, { status: 304, headers });

    const ifRange = request.headers.get('if-range');
    const wanted = ifRange === null || ifRange === etag ? request.headers.get('range') : null;
    const range = parseRange(wanted, bytes);
    if (range === 'unsatisfiable') {
      headers.set('content-range', `bytes */${bytes}`);
      return new Response(null, { status: 416, headers });
    }
    const { start, end } = range ?? { start: 0, end: bytes - 1 };
    if (range !== undefined) headers.set('content-range', `bytes ${start}-${end}/${bytes}`);
    headers.set('content-length', String(end - start + 1));
    const status = range === undefined ? 200 : 206;
    if (method === 'HEAD' || end < start) return new Response(null, { status, headers });
    streams = true;
    return new Response(readBytes(handle, start, end), { status, headers });
  } finally {
    if (!streams) await handle.close();
  }
};

const CHUNK_BYTES = 64 * 1024;

/** Closes the file when all is read, the client is gone, or the disk fails. */
const readBytes = (
  handle: Awaited<ReturnType<typeof openFile>>['handle'],
  start: number,
  end: number,
): ReadableStream<Uint8Array> => {
  let position = start;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const length = Math.min(CHUNK_BYTES, end + 1 - position);
        const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, position);
        // Less than promised: the file shrank meanwhile, and the client must notice.
        if (bytesRead === 0) throw new Error('the file became shorter while it was read');
        position += bytesRead;
        controller.enqueue(buffer.subarray(0, bytesRead));
        if (position <= end) return;
        controller.close();
        await handle.close();
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
    cancel: () => handle.close(),
  });
};

/** Weak comparison, as `If-None-Match` asks for. */
const matches = (header: string | null, etag: string): boolean =>
  (header ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
