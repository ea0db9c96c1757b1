import { isIPv6 } from 'node:net';
import { AppError } from '@matrix-os/kit';

const WINDOW_MS = 60_000;
const PER_ADDRESS = 10;
const OVERALL = 200;
const EVERYONE = '*';

export interface Attempts {
  /** @throws AppError `rate_limited`, with `retryAfterSeconds` in its details */
  check(address: string): void;
  failed(address: string): void;
}

// One household or one attacker holds a whole /64, so it counts as one address.
const bucketOf = (address: string): string =>
  isIPv6(address) && !address.startsWith('::ffff:') ? address.split(':').slice(0, 4).join(':') : address;

/** Failed logins per address and overall in the last minute, in fixed windows so that memory stays small. */
export const createAttempts = (deps: { now?: () => number } = {}): Attempts => {
  const now = deps.now ?? Date.now;
  let windowStart = now();
  let failures = new Map<string, number>();
  const current = () => {
    if (now() - windowStart >= WINDOW_MS) {
      windowStart = now();
      failures = new Map();
    }
    return failures;
  };
  const count = (bucket: string) => current().get(bucket) ?? 0;
  return {
    check(address) {
      if (count(bucketOf(address)) < PER_ADDRESS && count(EVERYONE) < OVERALL) return;
      const retryAfterSeconds = Math.max(1, Math.ceil((windowStart + WINDOW_MS - now()) / 1000));
      throw new AppError(
        'rate_limited',
        `Too many wrong codes. Try again in ${retryAfterSeconds} s, with a fresh code from "matrix link".`,
        { details: { retryAfterSeconds } },
      );
    },
    failed(address) {
      for (const bucket of [bucketOf(address), EVERYONE]) current().set(bucket, count(bucket) + 1);
    },
  };
};
