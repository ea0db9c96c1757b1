export interface TextCoalescer {
  add(delta: string): void;
  /** Writes what is waiting, at once. Call it before any other event, so that the order stays true. */
  flush(): void;
}

/** A model sends a few letters at a time; one event per ~30 ms reads just as live and costs the disk far less. */
export const createTextCoalescer = (write: (text: string) => void, windowMs = 30): TextCoalescer => {
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  let quietUntil = 0;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting === '') return;
    const text = waiting;
    waiting = '';
    quietUntil = performance.now() + windowMs;
    write(text);
  };
  return {
    add(delta) {
      waiting += delta;
      if (timer !== undefined) return;
      // The first words after a pause are shown at once: they are what a person waits for.
      const rest = quietUntil - performance.now();
      if (rest <= 0) flush();
      else timer = setTimeout(flush, rest);
    },
    flush,
  };
};
