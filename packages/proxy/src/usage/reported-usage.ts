import { type BillLine, type Modifiers, PLAIN, type TokenUsage } from './token-usage.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Gathers what the API reports about one answer: `message_start`, every cumulative `message_delta`, or the `usage` of an
 * answer that is not streamed. A number replaces what was known, an explicit zero too; null and absence leave it.
 */
export interface UsageReport {
  model(name: unknown): void;
  /** `final`: its `output_tokens` counts; that of `message_start` is a placeholder. */
  usage(value: unknown, final: boolean): void;
  /** Undefined until the API reported anything. */
  readonly known: boolean;
  /** Whether the output is the API's own last word. */
  readonly final: boolean;
  lines(fallback: { model: string; outputTokens: number; batch: boolean }): BillLine[];
}

interface State {
  input: number;
  cacheRead: number;
  cacheWrites: number;
  split5m: number;
  split1h: number;
  output: number;
  webSearches: number;
}

/** A class, because one is made for every answer: closures cost more than what they do here. */
class Report implements UsageReport {
  known = false;
  final = false;
  readonly #main = emptyState();
  #name: string | undefined;
  #fast = false;
  #region: 'us' | undefined;
  #batchTier = false;
  #iterations: readonly unknown[] = [];

  model(value: unknown): void {
    if (typeof value === 'string' && value !== '') this.#name = value;
  }

  usage(value: unknown, isFinal: boolean): void {
    if (!isFields(value)) return;
    this.known = true;
    const main = this.#main;
    readInto(main, value);
    const output = count(value.output_tokens);
    if (output !== undefined) main.output = isFinal ? output : Math.max(main.output, output);
    if (isFinal && output !== undefined) this.final = true;
    const tools = value.server_tool_use;
    if (isFields(tools)) main.webSearches = count(tools.web_search_requests) ?? main.webSearches;
    if (value.speed === 'fast') this.#fast = true;
    if (value.inference_geo === 'us') this.#region = 'us';
    if (value.service_tier === 'batch') this.#batchTier = true;
    if (Array.isArray(value.iterations)) this.#iterations = value.iterations;
  }

  lines(fallback: { model: string; outputTokens: number; batch: boolean }): BillLine[] {
    const model = this.#name ?? fallback.model;
    const modifiers: Modifiers = {
      fast: this.#fast,
      region: this.#region,
      batch: this.#batchTier || fallback.batch,
    };
    const output = this.final ? this.#main.output : Math.max(this.#main.output, fallback.outputTokens);
    const lines = [{ model, usage: toUsage({ ...this.#main, output }), modifiers }];
    for (const entry of this.#iterations) lines.push(...besideTheAnswer(entry, model, modifiers));
    return lines;
  }
}

export const createUsageReport = (): UsageReport => new Report();

/** Compaction and advisor calls are not in the top-level numbers, and an advisor is another model. */
const besideTheAnswer = (entry: unknown, model: string, modifiers: Modifiers): BillLine[] => {
  if (!isFields(entry)) return [];
  const { type } = entry;
  if (type !== 'compaction' && type !== 'advisor_message') return [];
  const state: State = { ...emptyState(), output: count(entry.output_tokens) ?? 0 };
  readInto(state, entry);
  const advisor = type === 'advisor_message' && typeof entry.model === 'string';
  return [
    {
      model: advisor ? String(entry.model) : model,
      usage: toUsage(state),
      modifiers: advisor ? { ...PLAIN, batch: modifiers.batch } : modifiers,
    },
  ];
};

const readInto = (state: State, fields: Fields): void => {
  state.input = count(fields.input_tokens) ?? state.input;
  state.cacheRead = count(fields.cache_read_input_tokens) ?? state.cacheRead;
  const split = fields.cache_creation;
  if (isFields(split)) {
    state.split5m = count(split.ephemeral_5m_input_tokens) ?? state.split5m;
    state.split1h = count(split.ephemeral_1h_input_tokens) ?? state.split1h;
  }
  const writes = count(fields.cache_creation_input_tokens);
  if (writes !== undefined) state.cacheWrites = writes;
  else if (isFields(split)) state.cacheWrites = Math.max(state.cacheWrites, state.split5m + state.split1h);
};

/**
 * `message_delta` says how much was written to the cache, but not for how long. What the split doesn't cover goes to the
 * kind that the split has; without one, to 5 minutes, the API's default.
 */
const toUsage = (state: State): TokenUsage => {
  const oneHour = Math.min(state.split1h, state.cacheWrites);
  const rest = state.cacheWrites - oneHour;
  const onlyOneHour = state.split1h > 0 && state.split5m === 0;
  return {
    input: state.input,
    cacheRead: state.cacheRead,
    cacheWrite5m: onlyOneHour ? 0 : rest,
    cacheWrite1h: onlyOneHour ? state.cacheWrites : oneHour,
    output: state.output,
    webSearches: state.webSearches,
  };
};

const emptyState = (): State => ({
  input: 0,
  cacheRead: 0,
  cacheWrites: 0,
  split5m: 0,
  split1h: 0,
  output: 0,
  webSearches: 0,
});

/** Tokens are whole and not negative; anything else a server says is no count. */
const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
