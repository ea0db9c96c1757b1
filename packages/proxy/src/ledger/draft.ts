/** Rows by key, as a plan reads and changes them. A `Map` is one. */
export interface Rows<Row> {
  get(key: string): Row | undefined;
  has(key: string): boolean;
  set(key: string, row: Row): unknown;
}

/** Rows over other rows: whoever asks gets a copy of his own, and what lies below stays as it was until `keep`. */
export interface Draft<Row> extends Rows<Row> {
  keep(): void;
}

export const createDraft = <Row extends object>(below: Map<string, Row>): Draft<Row> => {
  const own = new Map<string, Row>();
  return {
    get(key) {
      const mine = own.get(key);
      if (mine !== undefined) return mine;
      const row = below.get(key);
      if (row === undefined) return undefined;
      const copy = { ...row };
      own.set(key, copy);
      return copy;
    },
    has: (key) => own.has(key) || below.has(key),
    set: (key, row) => own.set(key, row),
    keep() {
      for (const [key, row] of own) below.set(key, row);
    },
  };
};
