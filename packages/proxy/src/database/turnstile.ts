/** Lets one holder in at a time, first come first served. A holder that finds it free is let in without waiting. */
export interface Turnstile {
  tryEnter(): boolean;
  enter(): Promise<void>;
  leave(): void;
  /** Called once, when it is next left and nobody waits. */
  whenFree(listener: () => void): void;
}

export const createTurnstile = (): Turnstile => {
  let held = false;
  const waiting: (() => void)[] = [];
  let listeners: (() => void)[] = [];
  const tryEnter = (): boolean => {
    if (held) return false;
    held = true;
    return true;
  };
  return {
    tryEnter,
    enter: () => (tryEnter() ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
    leave() {
      const next = waiting.shift();
      if (next !== undefined) {
        next();
        return;
      }
      held = false;
      const due = listeners;
      listeners = [];
      for (const listener of due) listener();
    },
    whenFree: (listener) => void listeners.push(listener),
  };
};
