import type { KeyPress } from '@matrix-os/contracts';
import type { Layer } from './layouts.ts';

export interface KeysState {
  readonly layer: Layer;
  /** `once` goes with the next character, `locked` stays. */
  readonly shift: 'off' | 'once' | 'locked';
  /** Goes with the next character. */
  readonly ctrl: boolean;
}

/** What a key does: to the keyboard itself, or to whatever has the caret. */
interface Pressed {
  readonly state: KeysState;
  readonly sends: KeyPress | null;
}

const NEXT_SHIFT = { off: 'once', once: 'locked', locked: 'off' } as const;
const LAYERS: Readonly<Record<string, Layer>> = { Letters: 'letters', Symbols: 'symbols', More: 'more' };

/** Where a field begins. */
export const startKeys = (field: 'text' | 'number' | 'terminal'): KeysState => ({
  layer: field === 'number' ? 'symbols' : 'letters',
  shift: 'off',
  ctrl: false,
});

export const pressKey = (state: KeysState, key: string): Pressed => {
  const layer = LAYERS[key];
  if (layer !== undefined) return { state: { ...state, layer, shift: 'off' }, sends: null };
  if (key === 'Shift') return { state: { ...state, shift: NEXT_SHIFT[state.shift] }, sends: null };
  if (key === 'Control') return { state: { ...state, ctrl: !state.ctrl }, sends: null };
  const shift = state.shift === 'once' ? 'off' : state.shift;
  return { state: { ...state, shift, ctrl: false }, sends: { key: shifted(key, state), ctrl: state.ctrl } };
};

/** The key as it is with the shift of now; the names of keys stay. */
export const shifted = (key: string, { shift }: Pick<KeysState, 'shift'>): string => {
  if (shift === 'off' || [...key].length !== 1) return key;
  // Its capital exists since 2017, but `toUpperCase` makes two letters of it.
  return key === 'ß' ? 'ẞ' : key.toUpperCase();
};
