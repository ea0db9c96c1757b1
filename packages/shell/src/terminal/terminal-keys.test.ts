import { expect, it } from 'vitest';
import { terminalInput } from './terminal-keys.ts';

it.each([
  ['a', false, 'a'],
  ['é', false, 'é'],
  ['Enter', false, '\r'],
  ['Backspace', false, '\x7f'],
  ['Tab', false, '\t'],
  ['Escape', false, '\x1b'],
  ['c', true, '\x03'],
  ['D', true, '\x04'],
  ['[', true, '\x1b'],
  [' ', true, '\0'],
  // What has no control character goes as it is.
  ['1', true, '1'],
  ['ArrowUp', false, '\x1b[A'],
  ['ArrowLeft', false, '\x1b[D'],
  ['F13', false, ''],
] as const)('sends %s (ctrl: %s) as a terminal does', (key, ctrl, bytes) => {
  expect(terminalInput({ key, ctrl }, false)).toBe(bytes);
});

it('sends arrows as a full-screen program asked for them', () => {
  expect(terminalInput({ key: 'ArrowDown', ctrl: false }, true)).toBe('\x1bOB');
});
