import { randomUUID } from 'node:crypto';
import { createId } from '@matrix-os/kit';

const PREFIX = 'req';
/** `req_` and nine characters of time. */
const TIME_END = PREFIX.length + 10;

/** Sorts before every request id that was made at this time or later: ids are the ledger's index by time. */
export const firstRequestId = (at: number): string => createId(PREFIX, Math.max(0, at)).slice(0, TIME_END);

let prefix = '';
let prefixAt = -1;

/** As `createId` makes them, with 80 random bits out of Node's own pool: there is one on every request's way. */
export const newRequestId = (): string => {
  const now = Date.now();
  if (now !== prefixAt) {
    prefix = firstRequestId(now);
    prefixAt = now;
  }
  const random = randomUUID();
  return prefix + random.slice(0, 8) + random.slice(24);
};
