/** One thing the model does while it answers. Plain data, so that a script also fits in a JSON file. */
export type Part =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'tool';
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly id?: string;
    }
  /** Stops in the stream until `release(gate)`. */
  | { readonly type: 'hold'; readonly gate: string }
  /** For processes that nobody can release, such as benchmarks. */
  | { readonly type: 'pause'; readonly ms: number }
  /** Cuts the connection; the first `times` times that it is reached, or always. */
  | { readonly type: 'disconnect'; readonly times?: number }
  /** Never ends by itself: a word every `everyMs`, until the client leaves. */
  | { readonly type: 'endless'; readonly text: string; readonly everyMs: number };

export interface Failure {
  readonly status: number;
  /** Anthropic's error type; by default the one that goes with the status. */
  readonly type?: string;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Fails the first so many times, then answers; left out: always. */
  readonly times?: number;
}

export interface TokenCounts {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** The answer to one request of a conversation. */
export interface Reply {
  readonly fail?: Failure;
  readonly parts: readonly Part[];
  readonly tokens?: Partial<TokenCounts>;
  readonly stop?: 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal';
}

/**
 * What happens after a person's message that contains `when` (any, if left out): the first request is answered by the
 * first reply, the one that brings the tool's result by the second, and so on. The place in the list is read from the
 * request itself, so retries, resumed sessions and five conversations at once all get the right one.
 */
export interface Scene {
  readonly when?: string;
  readonly replies: readonly Reply[];
}

export interface ModelRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number;
  /** All system blocks. */
  readonly system: string;
  /** Names of the tools that the model is offered. */
  readonly tools: readonly string[];
  /** The last text of a person, without what the program put around it. */
  readonly prompt: string;
  /** How many answers the model has given since that text. */
  readonly step: number;
  /** Results of the tools of the last step, as text. */
  readonly toolResults: readonly { readonly id: string; readonly text: string; readonly isError: boolean }[];
  readonly messages: readonly unknown[];
}

export type Script = readonly Scene[] | ((request: ModelRequest) => Reply | undefined);

export const say = (text: string): Part => ({ type: 'text', text });
export const use = (name: string, input: Record<string, unknown>, id?: string): Part => ({
  type: 'tool',
  name,
  input,
  ...(id === undefined ? {} : { id }),
});
export const hold = (gate: string): Part => ({ type: 'hold', gate });
export const reply = (...parts: Part[]): Reply => ({ parts });
export const failing = (status: number, options: Omit<Failure, 'status'> = {}): Reply => ({
  fail: { status, ...options },
  parts: [say('Back again.')],
});
export const scene = (when: string, ...replies: Reply[]): Scene => ({ when, replies });

/** Undefined when no scene is meant; a scene that has run out of replies closes with a plain "Done.". */
export const replyFor = (script: Script, request: ModelRequest): Reply | undefined => {
  if (typeof script === 'function') return script(request);
  const said = request.prompt.toLowerCase();
  const found = script.find((entry) => entry.when === undefined || said.includes(entry.when.toLowerCase()));
  if (found === undefined) return undefined;
  return found.replies[request.step] ?? reply(say('Done.'));
};
