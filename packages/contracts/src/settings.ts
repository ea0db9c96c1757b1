import * as z from 'zod/mini';
import { EngineId } from './events.ts';

/** `ask`: commands, the network and changes below `system/` wait for the owner's yes. `free`: the kernel acts within its wall. What lies outside is asked in both. */
export const Autonomy = z.enum(['ask', 'free']);
export type Autonomy = z.infer<typeof Autonomy>;

export const EngineChoice = z.enum(['auto', 'claude', 'builtin']);

/** `GET /api/settings`. Lives in the state directory: nothing the kernel writes in the home can change it. */
export const Settings = z.object({
  /** `auto`: claude when it has a key or an endpoint, builtin otherwise. */
  engine: EngineChoice,
  /** The engine that the next message gets. */
  activeEngine: EngineId,
  /** Why `activeEngine` is not what was chosen, and what to do; null when it is. */
  engineProblem: z.nullable(z.string()),
  /** Null: the engine's default. */
  model: z.nullable(z.string()),
  autonomy: Autonomy,
  /** What was remembered with "don't ask again". */
  remembered: z.array(z.string()),
  key: z.object({
    /** `environment` can't be changed from here. */
    source: z.enum(['none', 'settings', 'environment']),
    /** The last four characters, to recognize it by. */
    hint: z.nullable(z.string()),
    /** The endpoint has accepted it since the OS was started. False: nobody knows, since a refused key is not kept. */
    checked: z.boolean(),
  }),
  /** The model endpoint when it is not Anthropic's own. */
  baseUrl: z.nullable(z.string()),
  timeZone: z.string(),
});
export type Settings = z.infer<typeof Settings>;

/** `PUT /api/settings`: only what is to change. */
export const SettingsPatch = z.strictObject({
  engine: z.optional(EngineChoice),
  model: z.optional(z.nullable(z.string().check(z.trim(), z.minLength(1), z.maxLength(100)))),
  autonomy: z.optional(Autonomy),
  /** Forget one remembered yes. */
  forget: z.optional(z.string()),
});
export type SettingsPatch = z.infer<typeof SettingsPatch>;

// It goes into a header; one that can't is named by whoever refuses it, value and all.
const headerText = z.regex(/^[\x21-\x7e]*$/, 'copy the key once more: it has spaces or line breaks');

/**
 * `PUT /api/settings/key`; `DELETE` takes it away. The key itself is never sent back. One that the endpoint refuses is
 * not kept and answers `invalid_input`; where the endpoint can't be asked now, it is kept unchecked.
 */
export const KeyUpdate = z.strictObject({
  apiKey: z.string().check(z.trim(), z.minLength(8), z.maxLength(400), headerText),
});
