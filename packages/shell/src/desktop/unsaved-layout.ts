/** The newest layout, for as long as the OS doesn't have it: a page that is reloaded or closed takes no moment to save. */
export interface UnsavedLayout {
  read(): string | null;
  keep(layout: string): void;
  /** Forgets `layout`; a newer one that was kept meanwhile stays. */
  saved(layout: string): void;
}

const NAME = 'matrix.layout.unsaved';

/** Kept where the browser lets us; a private window may refuse, and then the last change of a window can be lost. */
export const createUnsavedLayout = (
  storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
): UnsavedLayout => {
  const read = (): string | null => {
    try {
      return storage().getItem(NAME);
    } catch {
      return null;
    }
  };
  return {
    read,
    keep(layout) {
      try {
        storage().setItem(NAME, layout);
      } catch {
        // Nothing to do: the page works without.
      }
    },
    saved(layout) {
      if (read() === layout) storage().removeItem(NAME);
    },
  };
};
