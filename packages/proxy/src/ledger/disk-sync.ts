import { closeSync, fdatasync, openSync } from 'node:fs';

/** Brings a file to the disk, off the main thread: one sync serves everything written before it. */
export interface DiskSync {
  /** Something was written. */
  written(): void;
  /** Resolves when everything written so far is on the disk; with false when the disk refused. */
  settled(): Promise<boolean>;
  close(): Promise<void>;
}

/** What a power cut can take is at most about this much; a crash of the process takes nothing. */
const GATHER_MS = 5;

export const createDiskSync = (path: string, onError: (error: Error) => void): DiskSync => {
  const file = openSync(path, 'r+');
  let dirty = false;
  let running = false;
  let timer: NodeJS.Timeout | undefined;
  let waiting: ((ok: boolean) => void)[] = [];

  const start = (): void => {
    clearTimeout(timer);
    timer = undefined;
    running = true;
    dirty = false;
    const due = waiting;
    waiting = [];
    fdatasync(file, (error) => {
      if (error !== null) onError(error);
      running = false;
      for (const resolve of due) resolve(error === null);
      if (waiting.length > 0) start();
      else if (dirty) timer ??= setTimeout(start, GATHER_MS);
    });
  };

  const settled = (): Promise<boolean> =>
    new Promise((resolve) => {
      if (!dirty && !running) {
        resolve(true);
        return;
      }
      waiting.push(resolve);
      if (!running) start();
    });

  return {
    written() {
      dirty = true;
      if (!running) timer ??= setTimeout(start, GATHER_MS);
    },
    settled,
    async close() {
      await settled();
      closeSync(file);
    },
  };
};
