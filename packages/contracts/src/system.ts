import * as z from 'zod/mini';
import { EngineId } from './events.ts';
import { Timestamp } from './names.ts';
import { QueueState } from './sessions.ts';

/** `GET /api/system` */
export const SystemInfo = z.object({
  version: z.string(),
  commit: z.nullable(z.string()),
  startedAt: Timestamp,
  /** Absolute path of the home, as the owner would type it. */
  home: z.string(),
  activeEngine: EngineId,
  /** False when git is missing: turns can't be undone. */
  undo: z.boolean(),
  /** Whether the engine's commands run in a sandbox of their own. */
  sandbox: z.boolean(),
  platform: z.string(),
  node: z.string(),
  memoryBytes: z.object({ total: z.number(), free: z.number() }),
  diskBytes: z.nullable(z.object({ total: z.number(), free: z.number() })),
  queue: QueueState,
  /** The appliance's own screen, where nothing but the desktop is there to type with; null on every other machine. */
  screen: z.nullable(z.object({ keyboard: z.boolean() })),
});
export type SystemInfo = z.infer<typeof SystemInfo>;
