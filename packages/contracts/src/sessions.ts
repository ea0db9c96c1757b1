import * as z from 'zod/mini';
import { EngineId, EventEnvelope, StopReason, Usage } from './events.ts';
import { SessionId, Timestamp, TurnId } from './names.ts';

export const MAX_MESSAGE_CHARACTERS = 200_000;

/**
 * `POST /api/message`. Who sends it is never said here: that is shown by what the request carries (a login, a token).
 * Answers JSON when the turn is over, SSE for `Accept: text/event-stream`, 202 for `Prefer: respond-async`.
 */
export const MessageRequest = z.strictObject({
  text: z.string().check(z.trim(), z.minLength(1, 'say something'), z.maxLength(MAX_MESSAGE_CHARACTERS)),
  /** Continue this conversation; a new one when left out. */
  session: z.optional(SessionId),
  /** Sending the same id again returns the first turn instead of starting a second. */
  id: z.optional(z.string().check(z.minLength(8), z.maxLength(64))),
});
export type MessageRequest = z.infer<typeof MessageRequest>;

export const MessageAccepted = z.object({ session: SessionId, turn: TurnId });
export type MessageAccepted = z.infer<typeof MessageAccepted>;

export const MessageResponse = z.object({
  session: SessionId,
  turn: TurnId,
  text: z.string(),
  usage: Usage,
});
export type MessageResponse = z.infer<typeof MessageResponse>;

export const TurnStatus = z.enum([
  'queued',
  'running',
  'done',
  'cancelled',
  'failed',
  /** The process died in the middle. */
  'interrupted',
]);
export type TurnStatus = z.infer<typeof TurnStatus>;

export const SessionSummary = z.object({
  id: SessionId,
  title: z.string(),
  /** `owner`, or the handle of another OS. */
  from: z.string(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  busy: z.boolean(),
});
export type SessionSummary = z.infer<typeof SessionSummary>;

/** Text and tool use in the order they came. */
export const TurnPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('tool'),
    id: z.string(),
    name: z.string(),
    summary: z.string(),
    ok: z.nullable(z.boolean()),
  }),
]);
export type TurnPart = z.infer<typeof TurnPart>;

export const Turn = z.object({
  id: TurnId,
  status: TurnStatus,
  engine: z.nullable(EngineId),
  prompt: z.string(),
  parts: z.array(TurnPart),
  stop: z.nullable(StopReason),
  error: z.nullable(z.object({ code: z.string(), message: z.string(), hint: z.nullable(z.string()) })),
  usage: z.nullable(Usage),
  costUsd: z.nullable(z.string()),
  durationMs: z.nullable(z.int()),
  startedAt: Timestamp,
  /** Files the turn changed; empty when none or not yet known. */
  files: z.array(z.string()),
  /** `none` when nothing changed or git is missing. */
  undo: z.enum(['none', 'possible', 'undone']),
});
export type Turn = z.infer<typeof Turn>;

/** `GET /api/sessions` */
export const SessionList = z.object({ sessions: z.array(SessionSummary) });

/** `GET /api/sessions/:id`. Follow it live from `lastSeq` without a gap or a repeat. */
export const SessionHistory = z.object({
  session: SessionSummary,
  turns: z.array(Turn),
  /** Approvals still waiting, as their events. */
  pending: z.array(EventEnvelope),
  lastSeq: z.int(),
});
export type SessionHistory = z.infer<typeof SessionHistory>;

/** `PATCH /api/sessions/:id` */
export const SessionPatch = z.strictObject({
  title: z.string().check(z.trim(), z.minLength(1), z.maxLength(120)),
});

/** `POST /api/approvals/:id` */
export const ApprovalDecision = z.strictObject({
  decision: z.enum(['allow', 'deny']),
  /** Don't ask again for exactly what `rememberAs` named. */
  remember: z._default(z.boolean(), false),
});
export type ApprovalDecision = z.infer<typeof ApprovalDecision>;

/** `POST /api/turns/:id/undo` and `/redo` */
export const UndoResponse = z.object({ turn: TurnId, files: z.array(z.string()) });
export type UndoResponse = z.infer<typeof UndoResponse>;

export const QueueState = z.object({
  limit: z.int(),
  running: z.array(z.object({ session: SessionId, turn: TurnId })),
  waiting: z.array(z.object({ session: SessionId, turn: TurnId })),
});
export type QueueState = z.infer<typeof QueueState>;
