/** Earlier messages, walked through with the arrow keys as in a shell. */
export interface InputHistory {
  /** The text before the one shown; the first call keeps `current` to come back to. Undefined at the end. */
  older(current: string): string | undefined;
  newer(): string | undefined;
  add(text: string): void;
}

const KEPT = 100;

export const createInputHistory = (
  storage: Pick<Storage, 'getItem' | 'setItem'>,
  key: string,
): InputHistory => {
  let entries = readList(storage.getItem(key));
  let index = entries.length;
  let unsent = '';
  return {
    older(current) {
      if (index === 0) return undefined;
      if (index === entries.length) unsent = current;
      index -= 1;
      return entries[index];
    },
    newer() {
      if (index >= entries.length) return undefined;
      index += 1;
      return index === entries.length ? unsent : entries[index];
    },
    add(text) {
      entries = [...entries.filter((entry) => entry !== text), text].slice(-KEPT);
      index = entries.length;
      storage.setItem(key, JSON.stringify(entries));
    },
  };
};

const readList = (text: string | null): string[] => {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
  } catch {
    return [];
  }
};
