import { z } from 'zod';
import { Timestamp } from './names.ts';

/** `system/theme.json` */
export const Theme = z.looseObject({
  mode: z.enum(['light', 'dark', 'auto']).default('auto'),
  /** CSS hex colour. */
  accent: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .default('#4f7cff'),
  wallpaper: z.string().max(200).default('default'),
});
export type Theme = z.infer<typeof Theme>;

/** `system/layout.json`: where windows were, so that a restart looks the same. */
export const Layout = z.looseObject({
  windows: z
    .array(
      z.object({
        /** `app:<name>` or a built-in window: `chat`, `files`, `terminal`, `settings`. */
        id: z.string().max(60),
        x: z.number(),
        y: z.number(),
        width: z.number(),
        height: z.number(),
        minimized: z.boolean().default(false),
        maximized: z.boolean().default(false),
      }),
    )
    .default([]),
  dock: z.array(z.string().max(60)).default([]),
});
export type Layout = z.infer<typeof Layout>;

/**
 * `system/setup-plan.json`: whether the first-run setup waits for the owner. Only a new home says `pending`; one without
 * the file, or with that of a release which had no setup, is not asked again.
 */
export const SetupPlan = z.looseObject({
  version: z.literal(1).default(1),
  state: z.enum(['pending', 'done', 'skipped']).default('done'),
  /** When the owner finished or left it. */
  at: Timestamp.optional(),
});
export type SetupPlan = z.infer<typeof SetupPlan>;
