import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { type ApiError, errorEvent, sendApiError } from './api-error.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import { responseHeaders } from './headers.ts';
import type { Stopping } from './stopping.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';

/** What the caller learns while an answer passes by. */
export interface ExchangeWatcher {
  onHead(status: number, header: (name: string) => string | undefined): void;
  /** A promise holds this chunk and all after it back until it resolves. */
  onChunk(chunk: Buffer): Promise<void> | undefined;
  /** Between two events of a stream. */
  readonly atBoundary: boolean;
}

export interface ExchangeEnd {
  /** Undefined when upstream never answered. */
  readonly status: number | undefined;
  readonly upstreamId: string | undefined;
  readonly broke: Error | undefined;
  readonly clientLeft: boolean;
  readonly bytes: number;
}

export interface ExchangeOptions {
  readonly upstream: Upstream;
  readonly request: UpstreamRequest;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly hideAccount: boolean;
  readonly notice: string | undefined;
  readonly watcher: ExchangeWatcher | undefined;
  /** How long to read on for a client that left: what is billed is metered. 0 closes upstream at once. */
  readonly drainMs: number;
  readonly stopping: Stopping;
  /** Other requests are under way: a small answer goes out with theirs. */
  readonly together?: boolean;
}

const MAX_DRAIN_BYTES = 64_000_000;
/** The whole of most answers that are not streamed. */
const SMALL_BYTES = 16_384;
/** A client that doesn't take what it asked for. */
const CLIENT_IDLE_MS = 300_000;

/** One request upstream and its answer back, byte for byte, with backpressure. Never rejects. */
export const exchange = (options: ExchangeOptions): Promise<ExchangeEnd> =>
  new Promise((resolve) => {
    const { upstream, request, response, requestId, watcher, drainMs, stopping } = options;
    let controller: Dispatcher.DispatchController | undefined;
    let status: number | undefined;
    let upstreamId: string | undefined;
    let isStream = false;
    let bytes = 0;
    let drained = 0;
    let clientLeft = false;
    let finished = false;
    let started = false;
    let whole: Buffer | undefined;
    let complete = false;
    let timer: NodeJS.Timeout | undefined;
    let held: Buffer[] | undefined;
    let endedWhileHeld: (() => void) | undefined;

    const finish = (broke: Error | undefined): void => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      response.off('close', onClose).off('drain', onDrain);
      stopping.delete(onAbort);
      if (broke !== undefined) {
        release();
        if (!clientLeft) tellClient(broke);
      } else if (whole === undefined) response.end();
      else {
        complete = true;
        if (options.together !== true) release();
      }
      resolve({ status, upstreamId, broke, clientLeft, bytes });
    };

    const tellClient = (broke: Error): void => {
      const error = explain(broke, stopping.aborted);
      if (!response.headersSent) sendApiError(response, error, requestId);
      else if (isStream) response.end(errorEvent(error, requestId, watcher?.atBoundary ?? false));
      else response.destroy();
    };

    const onClose = (): void => {
      if (finished || response.writableFinished) return;
      clientLeft = true;
      clearTimeout(timer);
      if (drainMs === 0) controller?.abort(new Error('the client left'));
      else {
        timer = setTimeout(() => controller?.abort(new Error('drained long enough')), drainMs);
        if (held === undefined) controller?.resume();
      }
    };
    const onDrain = (): void => {
      clearTimeout(timer);
      if (held === undefined) controller?.resume();
    };
    const onAbort = (): void => controller?.abort(new Error('the proxy is stopping'));
    response.on('close', onClose).on('drain', onDrain);
    stopping.add(onAbort);

    const pass = (chunk: Buffer): void => {
      if (clientLeft) {
        drained += chunk.length;
        if (drained > MAX_DRAIN_BYTES) controller?.abort(new Error('drained enough'));
        return;
      }
      if (!isStream && !started && chunk.length <= SMALL_BYTES) {
        started = true;
        whole = chunk;
        atEndOfTurn(release);
        return;
      }
      started = true;
      release();
      if (response.write(chunk)) return;
      controller?.pause();
      timer = setTimeout(() => response.destroy(), CLIENT_IDLE_MS);
    };

    /**
     * What may be the whole answer waits for the end of the turn, to be written together with its head, its end and the
     * answers to others: whoever reads them is woken once. Node makes one write of a head and a string; Latin-1 is the bytes
     * themselves.
     */
    const release = (): void => {
      if (whole === undefined) return;
      const text = whole.toString('latin1');
      whole = undefined;
      if (complete) response.end(text, 'latin1');
      else response.write(text, 'latin1');
    };

    /** Relays nothing more until what it costs is booked. */
    const holdBack = (chunk: Buffer, until: Promise<void>): void => {
      held = [chunk];
      controller?.pause();
      until.then(
        () => {
          const chunks = held ?? [];
          held = undefined;
          for (const one of chunks) pass(one);
          // Last: it may bring the next chunks, and the end, before it returns.
          if (endedWhileHeld !== undefined) endedWhileHeld();
          else if (clientLeft || !response.writableNeedDrain) controller?.resume();
        },
        (error: unknown) => {
          held = undefined;
          controller?.abort(error instanceof Error ? error : new Error(String(error)));
        },
      );
    };

    upstream.send(request, {
      onRequestStart(begun) {
        controller = begun;
        if (clientLeft && drainMs === 0) begun.abort(new Error('the client left'));
      },
      onResponseStart(_controller, code, headers, message) {
        if (code < 200) return;
        status = code;
        const header = (name: string): string | undefined => {
          const value = headers[name];
          return Array.isArray(value) ? value[0] : value;
        };
        upstreamId = header('request-id') ?? header('x-request-id');
        isStream = header('content-type')?.startsWith('text/event-stream') === true;
        watcher?.onHead(code, header);
        if (clientLeft) return;
        const raw = controller?.rawHeaders;
        const list = Array.isArray(raw) ? raw : Object.entries(headers).flatMap(([k, v]) => [k, String(v)]);
        response.writeHead(
          code,
          message ?? '',
          responseHeaders(list, options.hideAccount, options.notice) as unknown as string[],
        );
        // The head of a stream must not wait for its first event; of anything else it travels with the body.
        if (isStream) setImmediate(() => bytes === 0 && !finished && response.flushHeaders());
      },
      onResponseData(_controller, chunk) {
        bytes += chunk.length;
        const until = watcher?.onChunk(chunk);
        if (held !== undefined) held.push(chunk);
        else if (until === undefined) pass(chunk);
        else holdBack(chunk, until);
      },
      onResponseEnd() {
        if (held === undefined) finish(undefined);
        else endedWhileHeld = () => finish(undefined);
      },
      onResponseError(_controller, error) {
        finish(error);
      },
    });
  });

/** Upstream's own failures, in words and with the status that makes SDKs try again. */
const explain = (error: Error, stopping: boolean): ApiError => {
  if (stopping) return { status: 503, message: 'The proxy is restarting. Try again in a few seconds.' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.includes('TIMEOUT') && code !== 'UND_ERR_CONNECT_TIMEOUT') {
    return { status: 504, message: 'The model provider sent nothing for five minutes. Try again.' };
  }
  return {
    status: 502,
    message: `The model provider can't be reached or broke off (${code || 'connection lost'}). Try again in a moment.`,
  };
};
