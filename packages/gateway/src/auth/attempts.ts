import { AppError, networkOf } from '@matrix-os/kit';

const WINDOW_MS = 60_000;
const PER_ADDRESS = 10;
const OVERALL = 200;
const EVERYONE = '*';

export interface Attempts {
  /**
   * Counts a wrong code. The right one is never asked about here: with 80 random bits it can't be guessed, so who has it is let
   * in whatever others have tried, and the answers to the rest only become less friendly.
   *
   * @throws AppError `rate_limited` beyond the limits, with `retryAfterSeconds` in its details
   */
  failed(address: string): void;
}

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
    failed(address) {
      const network = networkOf(address);
      const tooMany = count(network) >= PER_ADDRESS || count(EVERYONE) >= OVERALL;
      // Not counted any further, so that what is kept stays small.
      if (!tooMany) {
        for (const bucket of [network, EVERYONE]) current().set(bucket, count(bucket) + 1);
        return;
      }
      const retryAfterSeconds = Math.max(1, Math.ceil((windowStart + WINDOW_MS - now()) / 1000));
      throw new AppError(
        'rate_limited',
        `Too many wrong codes. Get a fresh one from "matrix link", or wait ${retryAfterSeconds} s.`,
        { details: { retryAfterSeconds } },
      );
    },
  };
};
