/** Server-sent events as they pass by. Only the data of events that `wants` names is ever put together. */
export interface SseScanOptions {
  /** Called with the name on the `event:` line. */
  wants(event: string): boolean;
  /** `event` is empty when the server sent none. */
  onData(event: string, data: string): void;
  /** Bytes of data of the other events. */
  onSkipped(event: string, bytes: number): void;
}

export interface SseScan {
  write(chunk: Buffer): void;
  /** Whether the text stands between two events, where another one may be added. */
  readonly atBoundary: boolean;
}

const LF = 10;
const CR = 13;
/** A wanted line is at most this long; longer ones are skipped as data that isn't ours. */
const MAX_LINE = 1_048_576;

export const createSseScan = ({ wants, onData, onSkipped }: SseScanOptions): SseScan => {
  let partial: Buffer[] = [];
  let partialBytes = 0;
  let skippingLine = false;
  let event = '';
  let wanted = true;
  let data = '';
  let lastWasCr = false;
  let empty = true;

  const dispatch = (): void => {
    if (data !== '') onData(event, data);
    event = '';
    wanted = true;
    data = '';
    empty = true;
  };

  const line = (buffer: Buffer, start: number, end: number, cut: boolean): void => {
    if (start === end && !cut) {
      dispatch();
      return;
    }
    empty = false;
    const first = buffer[start];
    // `data`, `event`: by their first letter; comments, `id` and `retry` carry no usage.
    if (first === 100) {
      if (!wanted || cut) {
        onSkipped(event, end - start);
        return;
      }
      const text = buffer.toString('utf8', start, end);
      if (!text.startsWith('data:')) return;
      const value = text.slice(text[5] === ' ' ? 6 : 5);
      data = data === '' ? value : `${data}\n${value}`;
    } else if (first === 101) {
      const text = buffer.toString('latin1', start, end);
      if (!text.startsWith('event:')) return;
      event = text.slice(6).trim();
      wanted = wants(event);
    }
  };

  const keep = (chunk: Buffer, from: number): void => {
    if (from === chunk.length) return;
    const bytes = chunk.length - from;
    partialBytes += bytes;
    // Of data that nobody wants, the first bytes are enough to know it by.
    if (skippingLine) return;
    const unwanted = !wanted && (partial[0] ?? chunk.subarray(from))[0] === 100;
    if (unwanted || partialBytes > MAX_LINE) {
      skippingLine = true;
      if (partial.length === 0) partial = [Buffer.from(chunk.subarray(from, from + 8))];
      return;
    }
    partial.push(chunk.subarray(from));
  };

  const endLine = (chunk: Buffer, from: number, end: number): void => {
    if (partialBytes === 0) {
      line(chunk, from, end, false);
      return;
    }
    const kept = skippingLine ? partial : [...partial, chunk.subarray(from, end)];
    const whole = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept);
    if (skippingLine) {
      onSkipped(event, partialBytes + end - from);
      empty = false;
    } else line(whole, 0, whole.length, false);
    partial = [];
    partialBytes = 0;
    skippingLine = false;
  };

  return {
    write(chunk) {
      let from = 0;
      // CR LF may be cut between two chunks.
      if (lastWasCr && chunk[0] === LF) from = 1;
      if (chunk.length > 0) lastWasCr = false;
      let nextCr = chunk.indexOf(CR, from);
      for (;;) {
        const lf = chunk.indexOf(LF, from);
        if (nextCr !== -1 && nextCr < from) nextCr = chunk.indexOf(CR, from);
        const useCr = nextCr !== -1 && (lf === -1 || nextCr < lf);
        const end = useCr ? nextCr : lf;
        if (end === -1) break;
        endLine(chunk, from, end);
        from = end + 1;
        if (useCr) {
          if (from === chunk.length) lastWasCr = true;
          else if (chunk[from] === LF) from++;
        }
      }
      keep(chunk, from);
    },
    get atBoundary() {
      return empty && partialBytes === 0;
    },
  };
};
