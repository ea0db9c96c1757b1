import type { Qmp } from './qmp.ts';

// A US keyboard, by QEMU's names of the keys: what each types plain, and with Shift.
const KEYS: Readonly<Record<string, readonly [plain: string, shifted?: string]>> = {
  spc: [' '],
  ret: ['\n'],
  tab: ['\t'],
  grave_accent: ['`', '~'],
  minus: ['-', '_'],
  equal: ['=', '+'],
  bracket_left: ['[', '{'],
  bracket_right: [']', '}'],
  backslash: ['\\', '|'],
  semicolon: [';', ':'],
  apostrophe: ["'", '"'],
  comma: [',', '<'],
  dot: ['.', '>'],
  slash: ['/', '?'],
  ...Object.fromEntries([...')!@#$%^&*('].map((shifted, digit) => [String(digit), [String(digit), shifted]])),
};

/** The keys that type one character. */
const keysOf = (character: string): readonly string[] => {
  if (/^[a-z]$/.test(character)) return [character];
  if (/^[A-Z]$/.test(character)) return ['shift', character.toLowerCase()];
  for (const [key, [plain, shifted]] of Object.entries(KEYS)) {
    if (plain === character) return [key];
    if (shifted === character) return ['shift', key];
  }
  throw new TypeError(`No key types ${JSON.stringify(character)}`);
};

/** A person at the machine's own keyboard. */
export interface Keyboard {
  /** Presses keys together, by QEMU's names: `press('ctrl', 'alt', 'f2')`. */
  press(...keys: readonly string[]): Promise<void>;
  /** The same, with the time in milliseconds that hands take over it. */
  hold(milliseconds: number, ...keys: readonly string[]): Promise<void>;
  type(text: string): Promise<void>;
}

// How long a key stays down, for a guest whose processor is emulated on a busy machine.
const HOLD_MS = 40;

export const createKeyboard = (qmp: Qmp): Keyboard => {
  const hold = async (milliseconds: number, ...keys: readonly string[]) => {
    await qmp.execute('send-key', {
      keys: keys.map((data) => ({ type: 'qcode', data })),
      'hold-time': milliseconds,
    });
    // QEMU queues what is pressed while another key is down, and drops it when the queue is full.
    await new Promise((resolve) => setTimeout(resolve, milliseconds + HOLD_MS));
  };
  const press = (...keys: readonly string[]) => hold(HOLD_MS, ...keys);
  return {
    press,
    hold,
    async type(text) {
      for (const character of text) await press(...keysOf(character));
    },
  };
};
