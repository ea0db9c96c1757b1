import * as z from 'zod/mini';

/**
 * When the desktop shows a keyboard of its own, and which. `system/keyboard.json` for the screen of the machine itself,
 * whose browser forgets; every other browser keeps its own.
 */
export const KeyboardChoices = z.looseObject({
  /** `auto`: on the machine's own screen, while no keyboard is attached. */
  mode: z._default(z.enum(['auto', 'always', 'never']), 'auto'),
  /** `auto`: by the language of the browser. */
  layout: z._default(z.enum(['auto', 'en', 'de', 'fr']), 'auto'),
});
export type KeyboardChoices = z.infer<typeof KeyboardChoices>;

/** One press of the screen keyboard: a character, or a key by the name that `KeyboardEvent.key` has for it. */
export const KeyPress = z.object({
  key: z.string().check(z.minLength(1), z.maxLength(20)),
  ctrl: z.boolean(),
});
export type KeyPress = z.infer<typeof KeyPress>;

/** What has the caret. `number` begins with the digits. */
export const KeyboardField = z.enum(['none', 'text', 'number']);
export type KeyboardField = z.infer<typeof KeyboardField>;
