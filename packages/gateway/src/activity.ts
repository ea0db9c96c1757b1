import type { ActivityCause } from '@matrix-os/contracts';

export interface Activity {
  /** Something that counts as use happened. Health checks, metrics, pings and strangers never get here. */
  touch(cause: ActivityCause): void;
  last(): { readonly at: number; readonly cause: ActivityCause };
}

/** `isTurnRunning`: a turn that thinks for minutes without an event is still use. */
export const createActivity = (deps: { now?: () => number; isTurnRunning: () => boolean }): Activity => {
  const now = deps.now ?? Date.now;
  let at = now();
  let cause: ActivityCause = 'start';
  const touch = (next: ActivityCause) => {
    at = now();
    cause = next;
  };
  return {
    touch,
    last() {
      if (deps.isTurnRunning()) touch('turn');
      return { at, cause };
    },
  };
};
