/** Runs at most `size` steps at a time; the others wait in the order they came. */
export type Slots = <T>(step: () => Promise<T>) => Promise<T>;

export const createSlots = (size: number): Slots => {
  const waiting: (() => void)[] = [];
  let free = size;
  return async (step) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await step();
    } finally {
      // Whoever waits gets the place itself, so that nobody slips in between.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};
