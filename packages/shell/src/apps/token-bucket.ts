/** Lets `burst` through at once, and `perSecond` in the long run. */
export interface TokenBucket {
  /** Takes `amount` when there is as much. */
  take(amount?: number): boolean;
  /** Takes it whatever there is: what follows waits until the debt is paid. */
  charge(amount: number): void;
  /** Milliseconds until there is something again; 0 when there is. */
  wait(): number;
}

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export const createTokenBucket = ({ burst, perSecond }: Rate, now: () => number): TokenBucket => {
  let tokens = burst;
  let at = now();
  const refill = (): void => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - at) / 1000) * perSecond);
    at = time;
  };
  return {
    take(amount = 1) {
      refill();
      if (tokens < amount) return false;
      tokens -= amount;
      return true;
    },
    charge(amount) {
      refill();
      tokens -= amount;
    },
    wait() {
      refill();
      return tokens > 0 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000);
    },
  };
};
