import type { EngineId, KernelEvent } from '@matrix-os/contracts';

/** Whose words the turn carries. A guest's turn has no tools and no memory of the owner's sessions. */
export type TurnContext = 'owner' | 'guest';

/** What an engine is asked for: one turn. */
export interface EngineTurn {
  readonly text: string;
  readonly context: TurnContext;
  /** The engine's own session to go on with, as it reported it; undefined for a new one. */
  readonly resume: string | undefined;
  readonly host: EngineHost;
}

export interface ToolRequest {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Where relative paths and commands start; the home when left out. */
  readonly cwd?: string;
}

export type Permission = { readonly allow: true } | { readonly allow: false; readonly reason: string };

/** What `permit` would answer: `ask` means that it would wait for the owner. */
export type Verdict =
  | { readonly decision: 'allow' | 'ask' }
  | { readonly decision: 'deny'; readonly reason: string };

/**
 * What an engine may ask of the system while it runs a turn. It must ask `permit` before every tool, and may not write
 * to the home before the promise has resolved: `permit` takes the snapshot that undo goes back to.
 */
export interface EngineHost {
  /** Tells without waiting for anybody and without a snapshot. A refusal is final and has been logged. */
  judge(request: ToolRequest): Promise<Verdict>;
  permit(request: ToolRequest, signal: AbortSignal): Promise<Permission>;
  /** Why a call that failed could not work, if the wall explains it; null otherwise. */
  explain(request: ToolRequest): string | null;
  readonly os: OsTools;
}

/** What an engine tells, in order. The last one is `result` or `error`; it never throws for a failure of the model. */
export type EngineEvent =
  | { readonly type: 'session'; readonly engineSession: string }
  | Extract<KernelEvent, { type: 'text' | 'tool_start' | 'tool_end' | 'notice' | 'result' | 'error' }>;

/** Something that answers. `engine-contract.ts` pins the semantics for every implementation. */
export interface Engine {
  readonly id: EngineId;
  /** Ends within 5 s of `signal` aborting, with a `result` whose stop is `cancelled`, leaving no process behind. */
  run(turn: EngineTurn, signal: AbortSignal): AsyncIterable<EngineEvent>;
  /** Deletes what the engine itself has kept of a conversation. */
  forget?(engineSession: string): Promise<void>;
  /** Ends processes that turns of a crashed kernel have left behind. */
  endLeftovers?(): Promise<void>;
  /** Stops what is kept warm. Idempotent. */
  close(): Promise<void>;
}

/** The operations behind the in-process tools; each answers with a line for the model or the person. */
export interface OsTools {
  openWindow(app: string): Promise<string>;
  closeWindow(app: string): Promise<string>;
  notify(title: string, message: string): Promise<string>;
  listApps(): Promise<string>;
  installApp(name: string): Promise<string>;
  removeApp(name: string): Promise<string>;
  scheduleJob(job: {
    title: string;
    schedule?: string;
    at?: string;
    message?: string;
    notify?: string;
  }): Promise<string>;
  listJobs(): Promise<string>;
  cancelJob(id: string): Promise<string>;
  remember(fact: string): Promise<string>;
  recall(query: string): Promise<string>;
  /** Runs a command with places outside of the home opened to it; the permission for it has been asked. */
  outside(input: unknown, signal: AbortSignal): Promise<string>;
  /** Waits for the owner; a no or a closed turn is `false`. */
  askApproval(summary: string, detail: string, signal: AbortSignal): Promise<boolean>;
}
