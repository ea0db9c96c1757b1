export interface WaitOptions {
  readonly timeoutMs: number;
  readonly everyMs?: number;
}

/** Thrown by a look after which no other can succeed: nobody waits any longer. */
export class InVain extends Error {}

/**
 * Asks until `look` answers something other than undefined or false. For what a machine under test has no way to tell
 * us by itself: the picture on its screen, whether a port answers yet.
 */
export const waitFor = async <T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  { timeoutMs, everyMs = 250 }: WaitOptions,
): Promise<T> => {
  const end = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      if (error instanceof InVain) throw error;
      last = error;
    }
    if (performance.now() >= end)
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};
