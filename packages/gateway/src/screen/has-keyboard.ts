/** The first 32 key codes without the reserved one: Escape, digits, letters. udev calls a keyboard what has them all. */
const TYPING_KEYS = 0xfffffffe;

/**
 * Whether one of the devices of `/proc/bus/input/devices` can type. Power buttons, remotes and the extra keys of a mouse
 * call themselves `kbd` as well, but have no letters.
 */
export const hasKeyboard = (devices: string): boolean =>
  devices
    .split('\n\n')
    .map((device) => /^B: KEY=(.*)$/m.exec(device)?.[1]?.trim().split(' ').at(-1) ?? '0')
    // Machine words in hexadecimal, the lowest last; its lower half is the same for 32 and 64 bits.
    .some((lowest) => (Number.parseInt(lowest.slice(-8), 16) & TYPING_KEYS) >>> 0 === TYPING_KEYS);
