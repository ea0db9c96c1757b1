import * as z from 'zod/mini';
import { MAX_APP_DATA_BYTES } from './apps.ts';
import { jsonSize } from './bounded-json.ts';
import { KeyboardField, KeyPress } from './keyboard.ts';
import { DataKey } from './names.ts';

/**
 * What an app in its frame may ask of the desktop by `postMessage`. The desktop knows the app by its frame, never by
 * what the message says, and answers `{ matrix: 1, id, ok: true, value }` or `{ matrix: 1, id, ok: false, error }`.
 */
export const BridgeRequest = z.discriminatedUnion('op', [
  z.strictObject({ matrix: z.literal(1), id: z.int(), op: z.literal('data.get'), key: DataKey }),
  z.strictObject({
    matrix: z.literal(1),
    id: z.int(),
    op: z.literal('data.set'),
    key: DataKey,
    /** JSON, at most `MAX_APP_DATA_BYTES` of it. */
    value: z.custom<unknown>((value) => jsonSize(value, MAX_APP_DATA_BYTES) !== undefined),
  }),
  z.strictObject({ matrix: z.literal(1), id: z.int(), op: z.literal('data.delete'), key: DataKey }),
  z.strictObject({ matrix: z.literal(1), id: z.int(), op: z.literal('data.keys') }),
  /** Shows the owner a card with the question, in the app's name; only the owner sends it. */
  z.strictObject({
    matrix: z.literal(1),
    id: z.int(),
    op: z.literal('kernel.ask'),
    text: z.string().check(z.minLength(1), z.maxLength(4000)),
  }),
  z.strictObject({
    matrix: z.literal(1),
    id: z.int(),
    op: z.literal('notify'),
    title: z.string().check(z.minLength(1), z.maxLength(80)),
    message: z.string().check(z.maxLength(300)),
  }),
  z.strictObject({
    matrix: z.literal(1),
    id: z.int(),
    op: z.literal('window.title'),
    title: z.string().check(z.maxLength(80)),
  }),
  /** Answered with `{ theme: 'light' | 'dark' }`. */
  z.strictObject({ matrix: z.literal(1), id: z.int(), op: z.literal('theme.get') }),
  /** Said after each change while the screen keyboard is in use. It only counts while the frame has the focus. */
  z.strictObject({
    matrix: z.literal(1),
    id: z.int(),
    op: z.literal('keyboard.field'),
    field: KeyboardField,
  }),
  /** One of the desktop's shortcuts, pressed in the frame. It counts when the owner is seen to hold its keys. */
  z.strictObject({
    matrix: z.literal(1),
    id: z.int(),
    op: z.literal('shortcut'),
    /** `KeyboardEvent.code` */
    code: z.string().check(z.maxLength(32)),
  }),
]);
export type BridgeRequest = z.infer<typeof BridgeRequest>;

/** Desktop to app, unasked. `data.changed`: another window or the kernel wrote this key; null means many. */
export const BridgeEvent = z.discriminatedUnion('event', [
  z.object({ matrix: z.literal(1), event: z.literal('theme'), theme: z.enum(['light', 'dark']) }),
  z.object({ matrix: z.literal(1), event: z.literal('data.changed'), key: z.nullable(z.string()) }),
  /** Whether the desktop's screen keyboard is in use: then it wants to hear what has the caret. */
  z.object({ matrix: z.literal(1), event: z.literal('keyboard'), on: z.boolean() }),
  /** To be typed where the caret is. */
  z.extend(KeyPress, { matrix: z.literal(1), event: z.literal('key') }),
]);
export type BridgeEvent = z.infer<typeof BridgeEvent>;
