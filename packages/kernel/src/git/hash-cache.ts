import { readFile } from 'node:fs/promises';
import { atomicWriteFile } from '@matrix-os/kit';
import { z } from 'zod';
import type { FileState } from './scan-worktree.ts';

const File = z.record(z.string(), z.tuple([z.string(), z.string()]));

/** A write within the clock's grain of the last look leaves the stamp as it was, so that a fresh one proves nothing. */
const SETTLED_MS = 2000;
/** So many files are read again after a kill; more would not be worth a write of the whole on every turn. */
const UNSAVED = 500;
/** What is beyond is read again after a restart. */
const MAX_SAVED = 50_000;

/** Which object a file's content is, as long as nobody writes it: what spares reading the whole home on every turn. */
export interface HashCache {
  get(path: string, state: FileState): string | undefined;
  /** `readAt`: when reading it began, ms. */
  set(path: string, state: FileState, oid: string, readAt: number): void;
  /** Forgets all other paths. */
  keep(paths: { has(path: string): boolean }): void;
  /** Writes it down: what is worth it, or with `all` everything new. */
  save(all?: boolean): Promise<void>;
}

export const openHashCache = async (path: string): Promise<HashCache> => {
  const known = new Map(Object.entries(await load(path)));
  let unsaved = 0;
  return {
    get(file, state) {
      const entry = known.get(file);
      return entry?.[0] === state.stamp ? entry[1] : undefined;
    },
    set(file, state, oid, readAt) {
      if (state.changedMs > readAt - SETTLED_MS) return;
      known.set(file, [state.stamp, oid]);
      unsaved += 1;
    },
    keep(paths) {
      for (const file of known.keys()) if (!paths.has(file)) known.delete(file);
    },
    async save(all = false) {
      if (unsaved === 0 || (!all && unsaved < UNSAVED)) return;
      unsaved = 0;
      const kept = [...known].slice(0, MAX_SAVED);
      await atomicWriteFile(path, JSON.stringify(Object.fromEntries(kept)));
    },
  };
};

const load = async (path: string): Promise<z.infer<typeof File>> => {
  try {
    return File.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return {};
  }
};
