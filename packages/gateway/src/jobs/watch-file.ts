import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

const GATHER_MS = 50;
// A file that never rests is looked at that often.
const REST_MS = 1000;
// Folders get replaced, and some file systems tell nothing: then this is how late a change is noticed.
const RECHECK_MS = 60_000;

/** Tells when a file may have changed. Its folder is watched, because a file that is replaced is another file. */
export const watchFile = (path: string, onChange: () => void): (() => void) => {
  let watcher: FSWatcher | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  const changed = () => {
    const rest = toldAt + REST_MS - performance.now();
    gathering ??= setTimeout(
      () => {
        gathering = undefined;
        toldAt = performance.now();
        onChange();
      },
      Math.max(GATHER_MS, rest),
    );
  };
  const open = () => {
    watcher?.close();
    try {
      watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
        if (name === null || name === basename(path)) changed();
      });
      watcher.on('error', () => watcher?.close());
    } catch {
      watcher = undefined;
    }
  };
  open();
  const recheck = setInterval(() => {
    open();
    changed();
  }, RECHECK_MS);
  recheck.unref();
  return () => {
    watcher?.close();
    clearTimeout(gathering);
    clearInterval(recheck);
  };
};
