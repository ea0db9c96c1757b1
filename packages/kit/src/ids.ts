import { randomBytes } from 'node:crypto';

// Crockford's alphabet: no i, l, o, u, so an id survives being read aloud.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

const encode = (bytes: Uint8Array): string => Array.from(bytes, (byte) => ALPHABET[byte & 31]).join('');

/**
 * A sortable id: prefix, milliseconds since 1970 (9 characters), 60 random bits (12 characters, one a byte).
 * Unique, not unguessable; for anything that grants access use `createSecret`. Given its `random`, it can be made again.
 */
export const createId = (prefix: string, now = Date.now(), random: Uint8Array = randomBytes(12)): string => {
  let time = '';
  for (let rest = now, i = 0; i < 9; i++, rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time;
  return `${prefix}_${time}${encode(random)}`;
};

/** `characters` of 5 random bits each, from the system's generator; 26 characters are 130 bits. */
export const createSecret = (characters = 32): string => encode(randomBytes(characters));
