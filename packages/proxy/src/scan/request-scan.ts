import { createJsonScan } from './json-scan.ts';

/** What a request says about its own price, read while its body passes by. */
export interface RequestFacts {
  readonly model: string | undefined;
  /** The largest of all mentions; undefined when there is none. */
  readonly maxTokens: number | undefined;
  readonly fast: boolean;
  readonly region: 'us' | undefined;
  /** Which kind of cache writes it asks for: `1h` when any is. */
  readonly cacheWrites: 'none' | '5m' | '1h';
  readonly estimatedInputTokens: number;
  /** In words, for a 400; undefined when nothing is wrong that we can see. */
  readonly problem: string | undefined;
}

export interface RequestScan {
  write(chunk: Buffer): void;
  end(): RequestFacts;
}

const ONE = ['model', 'max_tokens', 'max_tokens_to_sample', 'speed', 'inference_geo'];
const STRING_KEYS = new Set(['ttl', 'media_type', 'data']);
const ONE_REQUEST = new Set(ONE);
const MANY_REQUESTS = new Set(ONE.map((name) => `requests.*.params.${name}`));

/** Text and JSON run at 3.5–4 bytes a token; 3 keeps the estimate above what is billed. */
const BYTES_PER_TOKEN = 3;
/** The API scales images down to at most about 4,800 tokens. */
const TOKENS_PER_IMAGE = 4_800;
/** A page of a PDF costs up to 3,000 tokens of text and one image. */
const BYTES_PER_PDF_TOKEN = 12;

/** `batch`: the body of `/v1/messages/batches`, whose `maxTokens` is the sum over its requests. */
export const createRequestScan = (kind: 'one' | 'batch' = 'one'): RequestScan => {
  let total = 0;
  let binaryBytes = 0;
  let binaryTokens = 0;
  let pdf = false;
  let model: string | undefined;
  let maxTokens: number | undefined;
  let fast = false;
  let region: 'us' | undefined;
  let cacheWrites: RequestFacts['cacheWrites'] = 'none';
  let problem: string | undefined;

  const scan = createJsonScan({
    want: kind === 'one' ? ONE_REQUEST : MANY_REQUESTS,
    onValue(wanted, json) {
      const value = parse(json);
      const path = wanted.slice(wanted.lastIndexOf('.') + 1);
      if (path === 'model') {
        if (typeof value === 'string' && value !== '' && value.length <= 200) model = value;
        else problem = 'model: give the name of a model as a string';
      } else if (path === 'speed') fast ||= value === 'fast';
      else if (path === 'inference_geo') region = value === 'us' ? 'us' : region;
      else if (typeof value === 'number' && Number.isInteger(value) && value >= 0) {
        maxTokens = kind === 'batch' ? (maxTokens ?? 0) + value : Math.max(maxTokens ?? 0, value);
      } else if (value !== null) problem = `${path}: give a whole number of tokens`;
    },
    onKey(key) {
      if (key === 'cache_control' && cacheWrites === 'none') cacheWrites = '5m';
    },
    stringKeys: STRING_KEYS,
    onString(key, bytes, head) {
      if (key === 'ttl' && head === '1h') cacheWrites = '1h';
      else if (key === 'media_type') pdf = head === 'application/pdf';
      else if (key === 'data' && bytes > 1_000) {
        binaryBytes += bytes;
        binaryTokens += pdf ? Math.ceil(bytes / BYTES_PER_PDF_TOKEN) : TOKENS_PER_IMAGE;
      }
    },
  });

  return {
    write(chunk) {
      total += chunk.length;
      scan.write(chunk);
    },
    end: () => ({
      model,
      maxTokens,
      fast,
      region,
      cacheWrites,
      estimatedInputTokens: Math.ceil((total - binaryBytes) / BYTES_PER_TOKEN) + binaryTokens,
      problem: scan.end() ? problem : 'The request body is not valid JSON: send one JSON object.',
    }),
  };
};

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};
