import * as z from 'zod/mini';
import { EngineId } from './events.ts';
import { Timestamp } from './names.ts';
import { QueueState } from './sessions.ts';

/**
 * What keeps a turn in its place. `landlock`: the system's kernel, for the engine and all it starts. `sandbox`: bubblewrap,
 * for commands only, as the engine's own program uses it. `none`: the owner's yes and a reading of words.
 */
export const Protection = z.enum(['landlock', 'sandbox', 'none']);
export type Protection = z.infer<typeof Protection>;

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
  protection: Protection,
  platform: z.string(),
  node: z.string(),
  memoryBytes: z.object({ total: z.number(), free: z.number() }),
  diskBytes: z.nullable(z.object({ total: z.number(), free: z.number() })),
  queue: QueueState,
  /** The appliance's own screen, where nothing but the desktop is there to type with; null on every other machine. */
  screen: z.nullable(z.object({ keyboard: z.boolean() })),
});
export type SystemInfo = z.infer<typeof SystemInfo>;
