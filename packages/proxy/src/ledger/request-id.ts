import { randomUUID } from 'node:crypto';

// As the kit's ids: Crockford's alphabet, nine characters of milliseconds, then random.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 9;

/** Sorts before every request id that was made at this time or later: ids are the ledger's index by time. */
export const firstRequestId = (at: number): string => {
  let time = '';
  let rest = Math.max(0, at);
  for (let i = 0; i < TIME_CHARACTERS; i++) {
    time = ALPHABET[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  return `req_${time}`;
};

let latest = { at: -1, id: '' };

/** 80 random bits out of Node's own pool: one is made on every request's way. */
export const newRequestId = (): string => {
  const at = Date.now();
  if (at !== latest.at) latest = { at, id: firstRequestId(at) };
  const random = randomUUID();
  return latest.id + random.slice(0, 8) + random.slice(24);
};
