/** Hears about a JSON text while it passes by in pieces. Memory: what is captured, and one bit per open bracket. */
export interface JsonScanOptions {
  /** Dotted paths of object keys, `*` for an array's elements. Their values are handed over as raw JSON. */
  readonly want: ReadonlySet<string>;
  /** May come more than once for one path: JSON allows repeated keys, and servers differ in which one counts. */
  onValue(path: string, json: string): void;
  /** Every key at any depth, when the caller looks for some. */
  onKey?(key: string): void;
  /** Key and length in bytes of every string value whose key is one of `stringKeys`; `head` is its first bytes. */
  onString?(key: string, bytes: number, head: string): void;
  readonly stringKeys?: ReadonlySet<string>;
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
/** Most strings are shorter, and a call to find their end costs more than looking for it. */
const SHORT = 40;

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

/** A class, because one is made for every request and every answer: ten closures each would cost more than the scan. */
class Scan implements JsonScan {
  broken = false;
  readonly #options: JsonScanOptions;
  readonly #pathDepth: number;
  readonly #maxCapture: number;
  readonly #stack: number[] = [];
  readonly #path: string[] = [];
  #key = '';
  #expectKey = false;
  #inString = false;
  #stringIsKey = false;
  /** Somebody wants to hear how it begins. */
  #headIsWanted = false;
  #escaped = false;
  #stringBytes = 0;
  #stringHead = '';
  /** Earlier pieces of the value that is being captured. */
  #captured: Buffer[] | undefined;
  #capturedBytes = 0;
  #captureDepth = -1;
  #capturePath = '';
  #captureFrom = 0;
  #done = false;
  #started = false;
  /** A bare literal or number at the top or as a wanted value has no closing mark of its own. */
  #inLiteral = false;

  constructor(options: JsonScanOptions) {
    this.#options = options;
    this.#pathDepth = depthOf(options.want);
    this.#maxCapture = options.maxCapture ?? 65_536;
  }

  write(chunk: Buffer): void {
    const stack = this.#stack;
    this.#captureFrom = 0;
    let i = 0;
    while (i < chunk.length && !this.broken) {
      if (this.#inString) {
        i = this.#passString(chunk, i);
        continue;
      }
      const byte = chunk[i] ?? 0;
      if (this.#inLiteral && isPunctuation(byte)) {
        this.#inLiteral = false;
        this.#endValue(chunk, i);
      }
      if (byte === 32 || byte === 10 || byte === 13 || byte === 9) {
        i++;
        continue;
      }
      if (this.#done) {
        this.broken = true;
        break;
      }
      switch (byte) {
        case QUOTE:
          this.#stringIsKey = this.#expectKey && stack[stack.length - 1] === OBJECT;
          if (!this.#stringIsKey) this.#startValue(i);
          this.#headIsWanted = this.#stringIsKey || this.#options.stringKeys?.has(this.#key) === true;
          this.#inString = true;
          this.#stringBytes = 0;
          this.#stringHead = '';
          break;
        case 123: // {
        case 91: // [
          this.#startValue(i);
          stack.push(byte === 123 ? OBJECT : ARRAY);
          if (stack.length <= this.#pathDepth) this.#path[stack.length - 1] = '*';
          this.#expectKey = byte === 123;
          if (stack.length > MAX_DEPTH) this.broken = true;
          break;
        case 125: // }
        case 93: // ]
          if (stack.pop() !== (byte === 125 ? OBJECT : ARRAY)) this.broken = true;
          else this.#endValue(chunk, i + 1);
          this.#expectKey = false;
          break;
        case 44: // ,
          this.#expectKey = stack[stack.length - 1] === OBJECT;
          if (stack.length === 0) this.broken = true;
          break;
        case 58: // :
          break;
        default:
          if (!this.#inLiteral) {
            this.#startValue(i);
            this.#inLiteral = true;
          }
      }
      i++;
    }
    if (this.#captureDepth === -1) return;
    this.#captured ??= [];
    this.#capturedBytes += chunk.length - this.#captureFrom;
    if (this.#capturedBytes <= this.#maxCapture) this.#captured.push(chunk.subarray(this.#captureFrom));
  }

  end(): boolean {
    if (this.#inLiteral && this.#stack.length === 0) this.#done = true;
    return this.#started && this.#done && !this.broken && !this.#inString;
  }

  #startValue(at: number): void {
    this.#started = true;
    const depth = this.#stack.length;
    if (this.#captureDepth !== -1 || depth === 0 || depth > this.#pathDepth) return;
    if (this.#stack[depth - 1] !== OBJECT) return;
    const here = depth === 1 ? this.#key : `${this.#path.slice(0, depth - 1).join('.')}.${this.#key}`;
    if (!this.#options.want.has(here)) return;
    this.#captured = undefined;
    this.#capturedBytes = 0;
    this.#captureDepth = depth;
    this.#capturePath = here;
    this.#captureFrom = at;
  }

  #endValue(chunk: Buffer, end: number): void {
    if (this.#stack.length === 0) this.#done = true;
    if (this.#stack.length !== this.#captureDepth) return;
    this.#captureDepth = -1;
    const bytes = this.#capturedBytes + end - this.#captureFrom;
    if (bytes > this.#maxCapture) return;
    const json =
      this.#captured === undefined
        ? chunk.toString('utf8', this.#captureFrom, end)
        : Buffer.concat([...this.#captured, chunk.subarray(this.#captureFrom, end)]).toString('utf8');
    this.#options.onValue(this.#capturePath, json);
  }

  #endString(chunk: Buffer, end: number): void {
    this.#inString = false;
    if (!this.#stringIsKey) {
      if (this.#headIsWanted) this.#options.onString?.(this.#key, this.#stringBytes, this.#stringHead);
      this.#endValue(chunk, end);
      return;
    }
    this.#expectKey = false;
    const head = this.#stringHead;
    this.#key = head.includes('\\') ? decodeKey(head) : head;
    if (this.#stack.length <= this.#pathDepth) this.#path[this.#stack.length - 1] = this.#key;
    this.#options.onKey?.(this.#key);
  }

  /** Passes over the string's bytes from `from`; answers where to go on. */
  #passString(chunk: Buffer, from: number): number {
    let i = from;
    if (this.#escaped && i < chunk.length) {
      this.#escaped = false;
      i++;
    }
    for (;;) {
      const quote = quoteFrom(chunk, i);
      const stop = quote === -1 ? chunk.length : quote;
      let backslashes = 0;
      while (stop - 1 - backslashes >= i && chunk[stop - 1 - backslashes] === BACKSLASH) backslashes++;
      const odd = backslashes % 2 === 1;
      if (quote === -1 || !odd) {
        const limit = this.#stringIsKey ? MAX_KEY : HEAD;
        if (this.#headIsWanted && this.#stringHead.length < limit) {
          const until = Math.min(stop, from + limit - this.#stringHead.length);
          this.#stringHead += chunk.toString('latin1', from, until);
        }
        this.#stringBytes += stop - from;
        if (quote === -1) {
          this.#escaped = odd;
          return chunk.length;
        }
        this.#endString(chunk, quote + 1);
        return quote + 1;
      }
      i = quote + 1;
    }
  }
}

export const createJsonScan = (options: JsonScanOptions): JsonScan => new Scan(options);

const quoteFrom = (chunk: Buffer, from: number): number => {
  const near = Math.min(from + SHORT, chunk.length);
  for (let i = from; i < near; i++) if (chunk[i] === QUOTE) return i;
  return near === chunk.length ? -1 : chunk.indexOf(QUOTE, near);
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
