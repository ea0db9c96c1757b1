/** How far this browser has come with the OS's notices, by seq. */
export interface NoticeMarks {
  shown(): number;
  setShown(seq: number): void;
  cleared(): number;
  setCleared(seq: number): void;
}

/** Kept where the browser lets us; a private window may refuse, and then a notice is shown again. */
export const createNoticeMarks = (storage: () => Pick<Storage, 'getItem' | 'setItem'>): NoticeMarks => {
  const read = (name: string): number => {
    try {
      const seq = Number(storage().getItem(name));
      return Number.isSafeInteger(seq) && seq > 0 ? seq : 0;
    } catch {
      return 0;
    }
  };
  const write = (name: string, seq: number): void => {
    try {
      storage().setItem(name, String(seq));
    } catch {
      // Nothing to do: the page works without.
    }
  };
  return {
    shown: () => read('matrix.notices.shown'),
    setShown: (seq) => write('matrix.notices.shown', seq),
    cleared: () => read('matrix.notices.cleared'),
    setCleared: (seq) => write('matrix.notices.cleared', seq),
  };
};
