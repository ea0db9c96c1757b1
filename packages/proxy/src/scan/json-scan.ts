/** Hears about a JSON text while it passes by in pieces. Memory: what is captured, and one bit per open bracket. */
export interface JsonScanOptions {
  /** Dotted paths of object keys, `*` for an array's elements. Their values are handed over as raw JSON. */
  readonly want: ReadonlySet<string>;
  /** May come more than once for one path: JSON allows repeated keys, and servers differ in which one counts. */
  onValue(path: string, json: string): void;
  /** Every key at any depth, when the caller looks for some. */
  onKey?(key: string): void;
  /** Every string value's key and length in bytes; `head` is its first bytes. */
  onString?(key: string, bytes: number, head: string): void;
  /** A wanted value longer than this is dropped. */
  readonly maxCapture?: number;
}

export interface JsonScan {
  write(chunk: Buffer): void;
  /** Whether exactly one whole value has passed. Commas, colons and literals are not checked: the API does that. */
  end(): boolean;
  /** Set as soon as no continuation could make it valid. */
  readonly broken: boolean;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OBJECT = 1;
const ARRAY = 0;
const MAX_DEPTH = 5000;
const MAX_KEY = 256;
const HEAD = 32;

const depths = new WeakMap<ReadonlySet<string>, number>();

/** Of the deepest path; remembered, as the sets are constants. */
const depthOf = (want: ReadonlySet<string>): number => {
  let depth = depths.get(want);
  if (depth === undefined) {
    depth = Math.max(...Array.from(want, (path) => path.split('.').length));
    depths.set(want, depth);
  }
  return depth;
};

export const createJsonScan = (options: JsonScanOptions): JsonScan => {
  const { want, onValue, onKey, onString, maxCapture = 65_536 } = options;
  const pathDepth = depthOf(want);
  const stack: number[] = [];
  const path: string[] = [];
  let key = '';
  let expectKey = false;
  let inString = false;
  let stringIsKey = false;
  let escaped = false;
  let stringBytes = 0;
  let stringHead = '';
  let captured: Buffer[] | undefined;
  let capturedBytes = 0;
  let captureDepth = -1;
  let capturePath = '';
  let captureFrom = 0;
  let done = false;
  let started = false;
  let broken = false;
  /** A bare literal or number at the top or as a wanted value has no closing mark of its own. */
  let inLiteral = false;

  const startValue = (at: number): void => {
    started = true;
    if (captured !== undefined || stack.length === 0 || stack.length > pathDepth) return;
    if (stack[stack.length - 1] !== OBJECT) return;
    const here = stack.length === 1 ? key : `${path.slice(0, stack.length - 1).join('.')}.${key}`;
    if (!want.has(here)) return;
    captured = [];
    capturedBytes = 0;
    captureDepth = stack.length;
    capturePath = here;
    captureFrom = at;
  };

  const keep = (chunk: Buffer, end: number): void => {
    if (captured === undefined) return;
    capturedBytes += end - captureFrom;
    if (capturedBytes <= maxCapture) captured.push(chunk.subarray(captureFrom, end));
    captureFrom = end;
  };

  const endValue = (chunk: Buffer, end: number): void => {
    if (stack.length === 0) done = true;
    if (captured === undefined || stack.length !== captureDepth) return;
    keep(chunk, end);
    const whole = captured.length === 1 ? captured[0] : Buffer.concat(captured);
    captured = undefined;
    if (capturedBytes <= maxCapture && whole !== undefined) onValue(capturePath, whole.toString('utf8'));
  };

  const endString = (chunk: Buffer, end: number): void => {
    inString = false;
    if (!stringIsKey) {
      onString?.(key, stringBytes, stringHead);
      endValue(chunk, end);
      return;
    }
    expectKey = false;
    key = stringHead.includes('\\') ? decodeKey(stringHead) : stringHead;
    if (stack.length <= pathDepth) path[stack.length - 1] = key;
    onKey?.(key);
  };

  /** Passes over the string's bytes from `i`; answers where to go on. */
  const passString = (chunk: Buffer, from: number): number => {
    let i = from;
    if (escaped && i < chunk.length) {
      escaped = false;
      i++;
    }
    for (;;) {
      const quote = chunk.indexOf(QUOTE, i);
      const stop = quote === -1 ? chunk.length : quote;
      let backslashes = 0;
      while (stop - 1 - backslashes >= i && chunk[stop - 1 - backslashes] === BACKSLASH) backslashes++;
      const odd = backslashes % 2 === 1;
      if (quote === -1 || !odd) {
        const limit = stringIsKey ? MAX_KEY : HEAD;
        if (stringHead.length < limit && (stringIsKey || onString !== undefined)) {
          stringHead += chunk.toString('latin1', from, Math.min(stop, from + limit - stringHead.length));
        }
        stringBytes += stop - from;
        if (quote === -1) {
          escaped = odd;
          return chunk.length;
        }
        endString(chunk, quote + 1);
        return quote + 1;
      }
      i = quote + 1;
    }
  };

  const write = (chunk: Buffer): void => {
    captureFrom = 0;
    let i = 0;
    while (i < chunk.length && !broken) {
      if (inString) {
        i = passString(chunk, i);
        continue;
      }
      const byte = chunk[i] ?? 0;
      if (inLiteral && isPunctuation(byte)) {
        inLiteral = false;
        endValue(chunk, i);
      }
      if (byte === 32 || byte === 10 || byte === 13 || byte === 9) {
        i++;
        continue;
      }
      if (done) {
        broken = true;
        break;
      }
      switch (byte) {
        case QUOTE:
          stringIsKey = expectKey && stack[stack.length - 1] === OBJECT;
          if (!stringIsKey) startValue(i);
          inString = true;
          stringBytes = 0;
          stringHead = '';
          break;
        case 123: // {
        case 91: // [
          startValue(i);
          stack.push(byte === 123 ? OBJECT : ARRAY);
          if (stack.length <= pathDepth) path[stack.length - 1] = '*';
          expectKey = byte === 123;
          if (stack.length > MAX_DEPTH) broken = true;
          break;
        case 125: // }
        case 93: // ]
          if (stack.pop() !== (byte === 125 ? OBJECT : ARRAY)) broken = true;
          else endValue(chunk, i + 1);
          expectKey = false;
          break;
        case 44: // ,
          expectKey = stack[stack.length - 1] === OBJECT;
          if (stack.length === 0) broken = true;
          break;
        case 58: // :
          break;
        default:
          if (!inLiteral) {
            startValue(i);
            inLiteral = true;
          }
      }
      i++;
    }
    keep(chunk, chunk.length);
  };

  return {
    write,
    end: () => {
      if (inLiteral && stack.length === 0) done = true;
      return started && done && !broken && !inString;
    },
    get broken() {
      return broken;
    },
  };
};

/** What ends a number or a literal: white space, comma, a closing bracket. */
const isPunctuation = (byte: number): boolean =>
  byte === 44 || byte === 125 || byte === 93 || byte === 32 || byte === 10 || byte === 13 || byte === 9;

/** `max_\u0074okens` is `max_tokens`. */
const decodeKey = (raw: string): string => {
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
};
