import * as z from 'zod/mini';
import { EventEnvelope } from './events.ts';
import { QueueState } from './sessions.ts';

/** Client to server on `GET /ws`. Commands go over HTTP; this socket only listens. */
export const StreamClientFrame = z.discriminatedUnion('type', [
  /** First frame. `after`: replay everything later than this seq; left out: from now on. */
  z.strictObject({ type: z.literal('hello'), after: z.optional(z.int().check(z.nonnegative())) }),
  /** Every 20 s; not an activity. */
  z.strictObject({ type: z.literal('ping') }),
  /** The owner touched the desktop; sent at most every 30 s. An activity. */
  z.strictObject({ type: z.literal('active') }),
]);
export type StreamClientFrame = z.infer<typeof StreamClientFrame>;

export const FileChange = z.object({
  /** Relative to the home, `/` between parts. */
  path: z.string(),
  kind: z.enum(['added', 'changed', 'removed']),
});
export type FileChange = z.infer<typeof FileChange>;

export const StreamServerFrame = z.discriminatedUnion('type', [
  /** Answer to `hello`. `reset`: the missed events are no longer kept; fetch the state anew. */
  z.object({ type: z.literal('welcome'), seq: z.int(), reset: z.boolean(), queue: QueueState }),
  z.object({ type: z.literal('event'), envelope: EventEnvelope }),
  /** Gathered for 100 ms; not replayed, so list again after a reconnect. */
  z.object({ type: z.literal('files'), changes: z.array(FileChange) }),
  z.object({ type: z.literal('queue'), queue: QueueState }),
  z.object({ type: z.literal('pong') }),
]);
export type StreamServerFrame = z.infer<typeof StreamServerFrame>;

/** Close codes of `/ws` and `/ws/terminal`. */
export const CLOSE_UNAUTHORIZED = 4401;
/** The client read too slowly; reconnect with `after`. */
export const CLOSE_TOO_SLOW = 4408;

/** Client to server on `GET /ws/terminal?cols=&rows=`; output comes back as binary frames. */
export const TerminalClientFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input'), data: z.string().check(z.maxLength(65_536)) }),
  z.strictObject({
    type: z.literal('resize'),
    cols: z.int().check(z.minimum(2), z.maximum(1000)),
    rows: z.int().check(z.minimum(2), z.maximum(1000)),
  }),
]);
export type TerminalClientFrame = z.infer<typeof TerminalClientFrame>;
/** The only text frame from the server: the shell ended. */
export const TerminalServerFrame = z.object({ type: z.literal('exit'), code: z.int() });
