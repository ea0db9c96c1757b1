import { closeSync, fdatasync, openSync } from 'node:fs';

/** Brings SQLite's write-ahead log to the disk, off the main thread: one sync serves every commit before it. */
export interface DiskSync {
  /** A commit was written. */
  written(): void;
  /** Resolves when everything written so far is on the disk. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export const createDiskSync = (walPath: string, onError: (error: Error) => void): DiskSync => {
  const file = openSync(walPath, 'r+');
  let dirty = false;
  let running = false;
  let waiting: (() => void)[] = [];

  const start = (): void => {
    running = true;
    dirty = false;
    const due = waiting;
    waiting = [];
    fdatasync(file, (error) => {
      if (error !== null) onError(error);
      running = false;
      for (const resolve of due) resolve();
      if (dirty || waiting.length > 0) start();
    });
  };

  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      if (!dirty && !running) {
        resolve();
        return;
      }
      waiting.push(resolve);
      if (!running) start();
    });

  return {
    written() {
      dirty = true;
      if (!running) start();
    },
    settled,
    async close() {
      await settled();
      closeSync(file);
    },
  };
};
