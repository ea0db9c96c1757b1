import { createJsonScan, type JsonScan } from '../scan/json-scan.ts';
import { createSseScan } from '../scan/sse-scan.ts';
import { createUsageReport } from './reported-usage.ts';
import type { BillLine } from './token-usage.ts';

/** Reads the usage out of an answer while it passes by; keeps nothing of it. */
export interface AnswerMeter {
  write(chunk: Buffer): void;
  /** What was used as far as is known: the API's last word, or the input it named and an estimate of the output. */
  bill(): BillLine[];
  /** Grows when `bill` may have changed. */
  readonly revision: number;
  /** The API has named numbers. */
  readonly known: boolean;
  /** The numbers are the API's last word. */
  readonly final: boolean;
  /** An error came inside an answer that began well. */
  readonly failed: boolean;
  /** Nothing half is standing at the end, so that another event may be added. */
  readonly atBoundary: boolean;
}

export interface AnswerMeterOptions {
  readonly model: string;
  readonly batch: boolean;
  /** Of the answer. */
  readonly contentType: string;
}

/** `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":""}}` and the line's own. */
const DELTA_OVERHEAD = 88;
/** Text runs at about four bytes a token; three, to be above it. */
const BYTES_PER_TOKEN = 3;
/** How many estimated tokens are worth another look at the bill. */
const STEP = 256;

export const createAnswerMeter = (options: AnswerMeterOptions): AnswerMeter =>
  options.contentType.startsWith('text/event-stream') ? createStreamMeter(options) : createJsonMeter(options);

/** Their data is the answer itself. Any other event, known or not yet invented, is looked into. */
const CONTENT_EVENTS = new Set(['content_block_delta', 'content_block_start', 'content_block_stop', 'ping']);

const createStreamMeter = (options: AnswerMeterOptions): AnswerMeter => {
  const report = createUsageReport();
  let revision = 0;
  let failed = false;
  let estimated = 0;
  let seen = 0;

  const addContent = (event: string, bytes: number): void => {
    if (event === 'ping' || event === 'content_block_stop') return;
    const text = bytes - DELTA_OVERHEAD;
    estimated += text <= 0 ? 1 : Math.ceil(text / BYTES_PER_TOKEN);
    if (estimated - seen < STEP) return;
    seen = estimated;
    revision++;
  };

  const sse = createSseScan({
    wants: (event) => !CONTENT_EVENTS.has(event),
    onSkipped: addContent,
    onData(event, data) {
      const body = parseObject(data);
      if (body === undefined) return;
      const type = typeof body.type === 'string' ? body.type : event;
      if (CONTENT_EVENTS.has(type)) {
        addContent(type, data.length + 6);
        return;
      }
      if (type === 'message_start') {
        const message = body.message;
        if (typeof message !== 'object' || message === null) return;
        report.model((message as Record<string, unknown>).model);
        report.usage((message as Record<string, unknown>).usage, false);
      } else if (type === 'error') failed = true;
      else report.usage(body.usage, type === 'message_delta');
      revision++;
    },
  });

  return {
    write: (chunk) => sse.write(chunk),
    bill: () => report.lines({ model: options.model, outputTokens: estimated, batch: options.batch }),
    get revision() {
      return revision;
    },
    get known() {
      return report.known;
    },
    get final() {
      return report.final;
    },
    get failed() {
      return failed;
    },
    get atBoundary() {
      return sse.atBoundary;
    },
  };
};

const JSON_PATHS = new Set(['usage', 'model']);

/** A class, as the report is. */
class JsonMeter implements AnswerMeter {
  revision = 0;
  readonly failed = false;
  readonly atBoundary = false;
  readonly #options: AnswerMeterOptions;
  readonly #report = createUsageReport();
  readonly #scan: JsonScan;
  #bytes = 0;

  constructor(options: AnswerMeterOptions) {
    this.#options = options;
    this.#scan = createJsonScan({ want: JSON_PATHS, onValue: (path, json) => this.#read(path, json) });
  }

  write(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#scan.write(chunk);
  }

  bill(): BillLine[] {
    const { model, batch } = this.#options;
    return this.#report.lines({ model, outputTokens: Math.ceil(this.#bytes / BYTES_PER_TOKEN), batch });
  }

  get known(): boolean {
    return this.#report.known;
  }

  get final(): boolean {
    return this.#report.final;
  }

  #read(path: string, json: string): void {
    const value = parseValue(json);
    if (path === 'model') this.#report.model(value);
    else this.#report.usage(value, true);
    this.revision++;
  }
}

const createJsonMeter = (options: AnswerMeterOptions): AnswerMeter => new JsonMeter(options);

export const parseValue = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

const parseObject = (json: string): Record<string, unknown> | undefined => {
  const value = parseValue(json);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
};
