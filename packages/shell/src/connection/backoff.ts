const FIRST_MS = 300;
const LONGEST_MS = 10_000;

/**
 * How long to wait before try `attempt` (0 is the first again): doubling, at most 10 s, and jittered by up to half,
 * so that many pages don't return to a restarted gateway at the same moment. `random` is in [0, 1).
 */
export const backoff = (attempt: number, random: () => number = Math.random): number => {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + random() * 0.5));
};
