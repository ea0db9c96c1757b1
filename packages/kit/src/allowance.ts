/** At most `max` of something within any `windowMs`. */
export interface Allowance {
  /** Null when there was one left, which is used up now; otherwise when the next one is free, ms since 1970. */
  take(): number | null;
}

export const createAllowance = (options: {
  readonly max: number;
  readonly windowMs: number;
  readonly now?: () => number;
}): Allowance => {
  const { max, windowMs, now = Date.now } = options;
  // Oldest first.
  const taken: number[] = [];
  return {
    take() {
      const at = now();
      while (taken[0] !== undefined && taken[0] <= at - windowMs) taken.shift();
      const oldest = taken[0];
      if (taken.length >= max && oldest !== undefined) return oldest + windowMs;
      taken.push(at);
      return null;
    },
  };
};
