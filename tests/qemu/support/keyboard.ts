import type { Qmp } from './qmp.ts';

const PLAIN: Readonly<Record<string, string>> = {
  ' ': 'spc',
  '\n': 'ret',
  '\t': 'tab',
  '-': 'minus',
  '=': 'equal',
  '.': 'dot',
  ',': 'comma',
  '/': 'slash',
  ';': 'semicolon',
  "'": 'apostrophe',
};
const SHIFTED: Readonly<Record<string, string>> = { '!': '1', '?': 'slash', ':': 'semicolon', _: 'minus' };

/** The keys of a US keyboard that type one character. */
const keysOf = (character: string): readonly string[] => {
  if (/^[a-z0-9]$/.test(character)) return [character];
  if (/^[A-Z]$/.test(character)) return ['shift', character.toLowerCase()];
  const plain = PLAIN[character];
  if (plain !== undefined) return [plain];
  const shifted = SHIFTED[character];
  if (shifted !== undefined) return ['shift', shifted];
  throw new TypeError(`No key types ${JSON.stringify(character)}`);
};

/** A person at the machine's own keyboard. */
export interface Keyboard {
  /** Presses keys together, by QEMU's names: `press('ctrl', 'alt', 'f2')`. */
  press(...keys: readonly string[]): Promise<void>;
  type(text: string): Promise<void>;
}

// How long a key stays down, for a guest whose processor is emulated on a busy machine.
const HOLD_MS = 40;

export const createKeyboard = (qmp: Qmp): Keyboard => {
  const press = async (...keys: readonly string[]) => {
    await qmp.execute('send-key', {
      keys: keys.map((data) => ({ type: 'qcode', data })),
      'hold-time': HOLD_MS,
    });
    // QEMU queues what is pressed while another key is down, and drops it when the queue is full.
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS * 2));
  };
  return {
    press,
    async type(text) {
      for (const character of text) await press(...keysOf(character));
    },
  };
};
