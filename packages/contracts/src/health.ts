import * as z from 'zod/mini';
import { Timestamp } from './names.ts';

/** What last counted as use. `start` until anything did. */
export const ActivityCause = z.enum(['start', 'request', 'websocket', 'terminal', 'turn', 'message', 'job']);
export type ActivityCause = z.infer<typeof ActivityCause>;

/** `GET /health`: open to anyone, never itself an activity. The platform decides by it when an OS may sleep. */
export const Health = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  commit: z.nullable(z.string()),
  startedAt: Timestamp,
  lastActivityAt: Timestamp,
  lastActivityCause: ActivityCause,
  /** A turn runs or waits, or a terminal is open: don't put it to sleep. */
  busy: z.boolean(),
  /** When the next scheduled job is due; null when there is none. */
  nextWakeAt: z.nullable(Timestamp),
});
export type Health = z.infer<typeof Health>;
