import { z } from 'zod';
import { AppName } from './names.ts';

/** `matrix.json` in an app's folder. Unknown fields are kept for the app's own use. */
export const AppManifest = z.looseObject({
  name: AppName,
  title: z.string().min(1).max(60),
  description: z.string().max(300).default(''),
  version: z.string().max(40).default('1.0.0'),
  /** One emoji, or the name of an SVG in the folder. */
  icon: z.string().max(80).default('📦'),
  /** First size of the window, CSS pixels. */
  window: z
    .object({ width: z.int().min(200).max(4000), height: z.int().min(150).max(4000) })
    .default({ width: 720, height: 540 }),
  /** Other words people use for it; the built-in engine and search match them. */
  keywords: z.array(z.string().max(40)).max(20).default([]),
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
  problem: z.string().nullable(),
});
export type AppSummary = z.infer<typeof AppSummary>;

export const GalleryEntry = AppSummary.omit({ problem: true }).extend({
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
