import * as z from 'zod/mini';
import { AppName, ApprovalId, SessionId, Timestamp, TurnId } from './names.ts';

export const EngineId = z.enum(['claude', 'builtin']);
export type EngineId = z.infer<typeof EngineId>;

export const NoticeLevel = z.enum(['info', 'success', 'warning', 'error']);

export const Usage = z.object({
  inputTokens: z.int(),
  outputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
});
export type Usage = z.infer<typeof Usage>;

/** Why a turn ended without an error. */
export const StopReason = z.enum(['done', 'cancelled', 'limit']);

/** The turn waits for its place: 1 is next. */
const Queued = z.object({ type: z.literal('queued'), position: z.int() });
const Start = z.object({
  type: z.literal('start'),
  engine: EngineId,
  /** What was asked, so that a second browser shows it too. */
  text: z.string(),
  from: z.string(),
});
const Text = z.object({ type: z.literal('text'), delta: z.string() });
const ToolStart = z.object({
  type: z.literal('tool_start'),
  id: z.string(),
  name: z.string(),
  /** A short line for people: "Writing apps/todo/index.html". */
  summary: z.string(),
});
const ToolEnd = z.object({
  type: z.literal('tool_end'),
  id: z.string(),
  ok: z.boolean(),
  summary: z.string(),
});

/** Characters. What is longer can't be asked for: a returning desktop gets every question that still waits. */
export const MAX_APPROVAL = { summary: 300, detail: 24_000, rememberAs: 2400 } as const;

const Approval = z.object({
  type: z.literal('approval'),
  id: ApprovalId,
  tool: z.string(),
  /** What will be done, in one line. */
  summary: z.string().check(z.maxLength(MAX_APPROVAL.summary)),
  /** The whole command, path or text, unabridged: what the owner says yes to. */
  detail: z.string().check(z.maxLength(MAX_APPROVAL.detail)),
  /** Whether a yes can be remembered, and for what exactly; null when it can't. */
  rememberAs: z.nullable(z.string().check(z.maxLength(MAX_APPROVAL.rememberAs))),
});
const ApprovalResolved = z.object({
  type: z.literal('approval_resolved'),
  id: ApprovalId,
  decision: z.enum(['allow', 'deny']),
  remembered: z.boolean(),
});
const Notice = z.object({
  type: z.literal('notice'),
  level: NoticeLevel,
  title: z.string(),
  message: z.string(),
});
const Window = z.object({ type: z.literal('window'), op: z.enum(['open', 'close']), app: AppName });
const Result = z.object({
  type: z.literal('result'),
  text: z.string(),
  stop: StopReason,
  usage: Usage,
  /** Exact decimal US dollars as the engine reports them; null when it doesn't know. */
  costUsd: z.nullable(z.string()),
  durationMs: z.int(),
});
const ErrorEvent = z.object({
  type: z.literal('error'),
  code: z.string(),
  message: z.string(),
  /** What the owner can do about it. */
  hint: z.nullable(z.string()),
});
/** The turn's changes are committed; `files` of them can be undone together. */
const Snapshot = z.object({ type: z.literal('snapshot'), files: z.array(z.string()) });
const Undone = z.object({
  type: z.literal('undone'),
  files: z.array(z.string()),
  /** True when the turn's changes were put back again. */
  redone: z.boolean(),
});

/** `result` and `error` end a turn; `snapshot`, `undone` may follow. */
export const KernelEvent = z.discriminatedUnion('type', [
  Queued,
  Start,
  Text,
  ToolStart,
  ToolEnd,
  Approval,
  ApprovalResolved,
  Notice,
  Window,
  Result,
  ErrorEvent,
  Snapshot,
  Undone,
]);
export type KernelEvent = z.infer<typeof KernelEvent>;

/** `seq` grows by one per event of this OS, for ever: "everything after 41" is an exact question. */
export const EventEnvelope = z.object({
  seq: z.int(),
  at: Timestamp,
  session: z.nullable(SessionId),
  turn: z.nullable(TurnId),
  event: KernelEvent,
});
export type EventEnvelope = z.infer<typeof EventEnvelope>;

/** `GET /api/notices`: what belongs to no turn and was told in the last seven days, newest last. */
export const NoticeList = z.object({ notices: z.array(EventEnvelope) });
