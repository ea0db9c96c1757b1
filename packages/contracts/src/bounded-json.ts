/** Deeper than any data that a person means; also what walks over it later must not run out of stack. */
const MAX_DEPTH = 100;

/**
 * About how many characters a JSON value takes, or undefined when it is no JSON or takes more than `limit`. However large the
 * value, the work ends with the limit.
 */
export const jsonSize = (value: unknown, limit: number): number | undefined => {
  let size = 0;
  /** False when the walk is to end. */
  const walk = (node: unknown, depth: number): boolean => {
    // What it takes to write down, about: with its comma, its brackets or its quotes.
    size += 3 + (typeof node === 'string' ? node.length : 0);
    if (size > limit || depth > MAX_DEPTH) return false;
    if (node === null || typeof node === 'boolean' || typeof node === 'string') return true;
    if (typeof node === 'number') return Number.isFinite(node);
    if (Array.isArray(node)) {
      // One with nothing but holes in it costs no memory, and has a length all the same.
      if (node.length > limit) return false;
      for (let i = 0; i < node.length; i++) if (!walk(node[i], depth + 1)) return false;
      return true;
    }
    if (typeof node !== 'object' || !isPlain(node)) return false;
    for (const key in node) {
      size += 3 + key.length;
      if (size > limit || !walk((node as Record<string, unknown>)[key], depth + 1)) return false;
    }
    return true;
  };
  return walk(value, 0) ? size : undefined;
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
