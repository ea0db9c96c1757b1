import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ApiError } from './api-error.ts';

/** A request's whole body: in memory while it is small, else in a file that has no name any more. */
export type Body =
  | { readonly kind: 'memory'; readonly bytes: number; readonly buffer: Buffer }
  | { readonly kind: 'file'; readonly bytes: number; read(): Readable; discard(): Promise<void> };

export const BODY_LIMITS = { messages: 32_000_000, batches: 256_000_000, files: 500_000_000 } as const;

/** Above it a body waits on disk, so that many big ones at once don't fill the memory. */
const MEMORY_BYTES = 1_000_000;

export class BodyRefused extends Error {
  readonly answer: ApiError;
  constructor(answer: ApiError) {
    super(answer.message);
    this.answer = answer;
  }
}

export const tooLarge = (limit: number): ApiError => ({
  status: 413,
  message: `The request is larger than ${limit / 1_000_000} MB, which is the API's limit here. Send less at once.`,
  headers: { connection: 'close' },
});

/**
 * Takes the body in, telling `onChunk` of every piece. It has to be read to its end before it goes on: what it asks for
 * may stand in its last line, and must be reserved before upstream sees any of it.
 *
 * @throws BodyRefused
 */
export const receiveBody = async (
  request: IncomingMessage,
  options: { limit: number; spoolPath: string; onChunk(chunk: Buffer): void },
): Promise<Body> => {
  const { limit, spoolPath, onChunk } = options;
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new BodyRefused(tooLarge(limit));
  const small = await receiveSmall(request, limit, onChunk);
  if (small.ended) return { kind: 'memory', bytes: small.bytes, buffer: small.buffer };
  return spool(request, small.buffer, { limit, spoolPath, onChunk });
};

/** Without an async iterator: this is every request's way. Stops after `MEMORY_BYTES`. */
const receiveSmall = (
  request: IncomingMessage,
  limit: number,
  onChunk: (chunk: Buffer) => void,
): Promise<{ ended: boolean; bytes: number; buffer: Buffer }> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (ended: boolean): void => {
      request.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      const [only] = chunks;
      const buffer = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, bytes);
      resolve({ ended, bytes, buffer });
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > limit) {
        request.pause();
        reject(new BodyRefused(tooLarge(limit)));
        return;
      }
      onChunk(chunk);
      if (bytes > MEMORY_BYTES) {
        request.pause();
        finish(false);
      }
    };
    const onEnd = (): void => finish(true);
    const onError = (error: Error): void => reject(error);
    const onClose = (): void => reject(new Error('the client left while sending'));
    request.on('data', onData).once('end', onEnd).once('error', onError).once('close', onClose);
  });

const spool = async (
  request: IncomingMessage,
  first: Buffer,
  options: { limit: number; spoolPath: string; onChunk(chunk: Buffer): void },
): Promise<Body> => {
  const { limit, onChunk } = options;
  const path = join(options.spoolPath, randomBytes(12).toString('hex'));
  const file: FileHandle = await open(path, 'wx+', 0o600);
  try {
    // Nameless from here on: nothing is left behind, however this process ends.
    await rm(path);
    let bytes = first.length;
    await file.write(first);
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) throw new BodyRefused(tooLarge(limit));
      onChunk(chunk);
      await file.write(chunk);
    }
    const fd = file.fd;
    return {
      kind: 'file',
      bytes,
      read: () => createReadStream('', { fd, start: 0, autoClose: false }),
      discard: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
};
