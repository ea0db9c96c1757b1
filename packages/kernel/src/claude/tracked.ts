type Call = (input: unknown, signal: AbortSignal) => Promise<string>;

/** Keeps count of calls that start processes of their own, so that none of them outlives the turn. */
export const createTracked = (call: Call): { readonly call: Call; end(): Promise<void> } => {
  const over = new AbortController();
  const running = new Set<Promise<string>>();
  return {
    call(input, signal) {
      const one = call(input, AbortSignal.any([signal, over.signal]));
      running.add(one);
      const forget = () => void running.delete(one);
      one.then(forget, forget);
      return one;
    },
    async end() {
      over.abort();
      await Promise.allSettled(running);
    },
  };
};
