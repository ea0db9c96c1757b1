import { z } from 'zod';

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
