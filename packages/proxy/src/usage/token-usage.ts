/** What one answer used, in the API's own categories; they are disjoint, so their sum is all input and output. */
export interface TokenUsage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly webSearches: number;
}

export const NO_USAGE: TokenUsage = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  webSearches: 0,
};

/** What else the price depends on, as the API reports it in `usage`. */
export interface Modifiers {
  readonly fast: boolean;
  readonly region: 'us' | undefined;
  readonly batch: boolean;
}

export const PLAIN: Modifiers = { fast: false, region: undefined, batch: false };

/** One part of a bill: advisors and compaction are billed beside the answer, at their own model's price. */
export interface BillLine {
  readonly model: string;
  readonly usage: TokenUsage;
  readonly modifiers: Modifiers;
}

export const addUsage = (a: TokenUsage, b: TokenUsage): TokenUsage => ({
  input: a.input + b.input,
  cacheRead: a.cacheRead + b.cacheRead,
  cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
  cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
  output: a.output + b.output,
  webSearches: a.webSearches + b.webSearches,
});
