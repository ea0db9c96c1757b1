import * as z from 'zod/mini';
import { AppName } from './names.ts';

/** `matrix.json` in an app's folder. Unknown fields are kept for the app's own use. */
export const AppManifest = z.looseObject({
  name: AppName,
  title: z.string().check(z.minLength(1), z.maxLength(60)),
  description: z._default(z.string().check(z.maxLength(300)), ''),
  version: z._default(z.string().check(z.maxLength(40)), '1.0.0'),
  /** One emoji, or the name of an SVG in the folder. */
  icon: z._default(z.string().check(z.maxLength(80)), '📦'),
  /** First size of the window, CSS pixels. */
  window: z._default(
    z.object({
      width: z.int().check(z.minimum(200), z.maximum(4000)),
      height: z.int().check(z.minimum(150), z.maximum(4000)),
    }),
    { width: 720, height: 540 },
  ),
  /** Other words people use for it; the built-in engine and search match them. */
  keywords: z._default(z.array(z.string().check(z.maxLength(40))).check(z.maxLength(20)), []),
});
export type AppManifest = z.infer<typeof AppManifest>;

export const AppSummary = z.object({
  name: AppName,
  title: z.string(),
  description: z.string(),
  version: z.string(),
  icon: z.string(),
  window: z.object({ width: z.int(), height: z.int() }),
  /** What keeps it from opening (no index.html, damaged matrix.json); null when it is fine. */
  problem: z.nullable(z.string()),
});
export type AppSummary = z.infer<typeof AppSummary>;

export const GalleryEntry = z.extend(z.omit(AppSummary, { problem: true }), {
  keywords: z.array(z.string()),
  installed: z.boolean(),
});
export type GalleryEntry = z.infer<typeof GalleryEntry>;

/** `GET /api/apps` */
export const AppList = z.object({ apps: z.array(AppSummary), gallery: z.array(GalleryEntry) });
export type AppList = z.infer<typeof AppList>;

/** `POST /api/apps`: install from the gallery. Answers 201 with the `AppSummary`. */
export const AppInstall = z.strictObject({ name: AppName });

/**
 * `POST /api/apps/:name/open`. `url` is a capability: an unguessable path that serves this app's own files and
 * nothing else, because a sandboxed frame sends no cookie. It dies with the gateway or the login.
 */
export const AppOpening = z.object({ url: z.string(), app: AppSummary });
export type AppOpening = z.infer<typeof AppOpening>;

/** `GET /api/apps/:name/data` */
export const AppDataKeys = z.object({ keys: z.array(z.string()) });
export const MAX_APP_DATA_BYTES = 5_000_000;
