/** A path comes first in what a model writes; what has none by then has none. Characters. */
const MAX_SCANNED = 64_000;
const MAX_PATH = 4096;
const NAMES = new Set(['file_path', 'notebook_path']);

export interface PathScanner {
  /** The path, with the piece that completes it; undefined before, and ever after. Its work grows with the piece. */
  take(piece: string): string | undefined;
}

/** Finds the path that a tool works on in its JSON input while that is still coming: a field of the outermost object. */
export const createPathScanner = (): PathScanner => {
  let scanned = 0;
  let over = false;
  let depth = 0;
  /** The text of a string that matters, as it is written; undefined outside of one, and in one that does not. */
  let text: string | undefined;
  let inString = false;
  let escaped = false;
  let isValue = false;
  let name: string | undefined;

  /** The path, when the string that ends here is one. */
  const endString = (): string | undefined => {
    inString = false;
    const written = text;
    text = undefined;
    if (depth !== 1 || written === undefined) return undefined;
    if (!isValue) name = written;
    else if (name !== undefined && NAMES.has(name)) return unquote(written);
    return undefined;
  };

  const step = (character: string): string | undefined => {
    if (inString) {
      if (!escaped && character === '"') return endString();
      if (text !== undefined) text = text.length < MAX_PATH ? text + character : undefined;
      escaped = !escaped && character === '\\';
      return undefined;
    }
    if (character === '"') {
      inString = true;
      if (depth === 1) text = '';
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (depth === 1 && character === ':') isValue = true;
    else if (depth === 1 && character === ',') isValue = false;
    return undefined;
  };

  return {
    take(piece) {
      if (over) return undefined;
      for (const character of piece) {
        const path = step(character);
        if (path === undefined) continue;
        over = true;
        return path;
      }
      scanned += piece.length;
      over = scanned > MAX_SCANNED;
      return undefined;
    },
  };
};

const unquote = (written: string): string | undefined => {
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch {
    return undefined;
  }
};
