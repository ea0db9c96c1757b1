import * as z from 'zod/mini';
import { Timestamp } from './names.ts';

/** What is kept of a layout; what is beyond is left out, never the rest with it. */
export const MAX_WINDOWS = 50;
const MAX_DOCKED = 50;
/** Larger than any row of screens, CSS pixels. */
const FAR = 100_000;

const Pixels = z.number().check(z.overwrite((value) => Math.min(Math.max(value, -FAR), FAR)));

/** `system/theme.json` */
export const Theme = z.looseObject({
  mode: z._default(z.enum(['light', 'dark', 'auto']), 'auto'),
  /** CSS hex colour. */
  accent: z._default(z.string().check(z.regex(/^#[0-9a-f]{6}$/i)), '#4f7cff'),
  wallpaper: z._default(z.string().check(z.maxLength(200)), 'default'),
});
export type Theme = z.infer<typeof Theme>;

/** `system/layout.json`: where windows were, so that a restart looks the same. */
export const Layout = z.looseObject({
  windows: z._default(
    // Back to front: the last ones are those that are seen.
    z
      .array(
        z.object({
          /** `app:<name>` or a built-in window: `chat`, `files`, `terminal`, `settings`. */
          id: z.string().check(z.maxLength(60)),
          x: Pixels,
          y: Pixels,
          width: Pixels,
          height: Pixels,
          minimized: z._default(z.boolean(), false),
          maximized: z._default(z.boolean(), false),
        }),
      )
      .check(z.overwrite((windows) => windows.slice(-MAX_WINDOWS))),
    [],
  ),
  dock: z._default(
    z.array(z.string().check(z.maxLength(60))).check(z.overwrite((names) => names.slice(0, MAX_DOCKED))),
    [],
  ),
});
export type Layout = z.infer<typeof Layout>;

/**
 * `system/setup-plan.json`: whether the first-run setup waits for the owner. Only a new home says `pending`; one without
 * the file, or with that of a release which had no setup, is not asked again.
 */
export const SetupPlan = z.looseObject({
  version: z._default(z.literal(1), 1),
  state: z._default(z.enum(['pending', 'done', 'skipped']), 'done'),
  /** When the owner finished or left it. */
  at: z.optional(Timestamp),
});
export type SetupPlan = z.infer<typeof SetupPlan>;
