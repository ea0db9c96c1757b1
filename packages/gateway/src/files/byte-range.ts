export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** One range of RFC 9110; several at once, or what is no range of bytes, count as none and get the whole file. */
export const parseRange = (header: string | null, bytes: number): ByteRange | 'unsatisfiable' | undefined => {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = parts ?? [];
  if (parts === null || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'unsatisfiable' : { start: bytes - length, end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= bytes ? 'unsatisfiable' : { start, end };
};
