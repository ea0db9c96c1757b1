export interface Gates {
  /** Resolves when a stream has stopped at this gate (again since it was last released). */
  reached(name: string): Promise<void>;
  /** Lets everything that waits, or ever comes, through. */
  release(name: string): void;
  /** The stream's side; also resolves when `signal` aborts. */
  pass(name: string, signal: AbortSignal): Promise<void>;
  releaseAll(): void;
}

export const createGates = (): Gates => {
  const gates = new Map<
    string,
    { reached: PromiseWithResolvers<void>; opened: PromiseWithResolvers<void> }
  >();
  const gate = (name: string) => {
    let found = gates.get(name);
    if (found === undefined) {
      found = { reached: Promise.withResolvers<void>(), opened: Promise.withResolvers<void>() };
      gates.set(name, found);
    }
    return found;
  };
  return {
    reached: (name) => gate(name).reached.promise,
    release: (name) => gate(name).opened.resolve(),
    async pass(name, signal) {
      const { reached, opened } = gate(name);
      reached.resolve();
      const left = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => left.resolve(), { once: true });
      if (signal.aborted) left.resolve();
      await Promise.race([opened.promise, left.promise]);
    },
    releaseAll() {
      for (const { opened } of gates.values()) opened.resolve();
    },
  };
};
