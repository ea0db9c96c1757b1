import type { KeyPress } from '@matrix-os/contracts';

const SEQUENCES: Readonly<Record<string, string>> = {
  Enter: '\r',
  Backspace: '\x7f',
  Tab: '\t',
  Escape: '\x1b',
};
const ARROWS: Readonly<Record<string, string>> = {
  ArrowUp: 'A',
  ArrowDown: 'B',
  ArrowRight: 'C',
  ArrowLeft: 'D',
};

/** What a terminal sends for a key; nothing for one that it doesn't know. `application`: as full-screen programs ask. */
export const terminalInput = ({ key, ctrl }: KeyPress, application: boolean): string => {
  const arrow = ARROWS[key];
  if (arrow !== undefined) return `\x1b${application ? 'O' : '['}${arrow}`;
  if (SEQUENCES[key] !== undefined) return SEQUENCES[key];
  if ([...key].length !== 1) return '';
  if (!ctrl) return key;
  // Ctrl takes the lower five bits of @, A … Z, [, \, ], ^ and _; a space counts as @.
  const code = key === ' ' ? 0x40 : key.toUpperCase().charCodeAt(0);
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : key;
};
