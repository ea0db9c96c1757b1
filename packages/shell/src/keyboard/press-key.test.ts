import { describe, expect, it } from 'vitest';
import { isNamedKey, nameOf } from './key-names.ts';
import { type Layer, type LayoutName, layoutFor, rowsOf } from './layouts.ts';
import { type KeysState, pressKey, startKeys } from './press-key.ts';

/** Presses one key after the other; what was sent, with `^` before what went with Ctrl. */
const type = (keys: readonly string[], from: KeysState = startKeys('text')) => {
  let state = from;
  const sent: string[] = [];
  for (const key of keys) {
    const pressed = pressKey(state, key);
    state = pressed.state;
    if (pressed.sends !== null) sent.push(`${pressed.sends.ctrl ? '^' : ''}${pressed.sends.key}`);
  }
  return { state, sent: sent.join(' ') };
};

describe('a press', () => {
  it('types the character, and with one shift one capital', () => {
    expect(type(['h', 'i']).sent).toBe('h i');
    expect(type(['Shift', 'h', 'i']).sent).toBe('H i');
    expect(type(['Shift', 'Shift', 'h', 'i', 'Shift', 'j']).sent).toBe('H I j');
    expect(type(['Shift', 'é', 'Shift', 'ß', 'Shift', 'ü']).sent).toBe('É ẞ Ü');
  });

  it('leaves the names of keys as they are, shifted or not', () => {
    expect(type(['Shift', 'Backspace']).sent).toBe('Backspace');
    expect(type(['Enter', 'ArrowLeft', 'Escape', 'Tab']).sent).toBe('Enter ArrowLeft Escape Tab');
  });

  it('changes layers without typing, and forgets the shift there', () => {
    const { state, sent } = type(['Shift', 'Symbols', '1', 'More', '{', 'Letters', 'a']);
    expect(sent).toBe('1 { a');
    expect(state).toEqual(startKeys('text'));
  });

  it('takes Ctrl along with the next key only, and lets it go again', () => {
    expect(type(['Control', 'c', 'c']).sent).toBe('^c c');
    expect(type(['Control', 'Control', 'c']).sent).toBe('c');
  });

  it('begins with digits where digits are wanted', () => {
    expect(startKeys('number').layer).toBe('symbols');
    expect(startKeys('terminal').layer).toBe('letters');
  });
});

describe('the layouts', () => {
  const layouts: readonly LayoutName[] = ['en', 'de', 'fr'];
  const layers: readonly Layer[] = ['letters', 'symbols', 'more'];

  it.each(layouts)('%s has every key once in a layer, every letter and all of ASCII', (layout) => {
    const all = layers.flatMap((layer) => {
      const keys = rowsOf(layout, layer, true).flat();
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys).toEqual(expect.arrayContaining(['Backspace', 'Enter', ' ', 'Hide', 'Control']));
      return keys;
    });
    const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    const missing = ascii.filter((character) => !all.includes(character.toLowerCase()));
    expect(missing).toEqual([]);
  });

  it('names every key that shows a sign or nothing', () => {
    const keys = layouts.flatMap((layout) => layers.flatMap((layer) => rowsOf(layout, layer, true).flat()));
    for (const key of keys) {
      expect(nameOf(key).trim(), key).not.toBe('');
      if (key.length > 1) expect(isNamedKey(key), key).toBe(true);
    }
  });

  it('shows a shell’s keys only where a shell is', () => {
    expect(rowsOf('en', 'letters', false).flat()).not.toContain('Control');
  });

  it('follow the languages of the browser, unless one was chosen', () => {
    expect(layoutFor('auto', ['de-AT', 'en'])).toBe('de');
    expect(layoutFor('auto', ['pt-BR', 'fr'])).toBe('fr');
    expect(layoutFor('auto', ['ja'])).toBe('en');
    expect(layoutFor('auto', [])).toBe('en');
    expect(layoutFor('fr', ['de'])).toBe('fr');
  });
});
