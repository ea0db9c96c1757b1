import { Worker } from 'node:worker_threads';

// In a thread, since what races with it must not wait for it.
const SCRIPT = `
  const { workerData: { folder, target } } = require('node:worker_threads');
  const fs = require('node:fs');
  for (;;) {
    try { fs.renameSync(folder, folder + '.away'); fs.symlinkSync(target, folder); } catch {}
    try { fs.unlinkSync(folder); } catch {}
    try { fs.renameSync(folder + '.away', folder); } catch {}
  }
`;

/** Exchanges a folder for a link to another, and back, all the time, until the answer is called. */
export const flip = (folder: string, target: string): (() => Promise<void>) => {
  const worker = new Worker(SCRIPT, { eval: true, workerData: { folder, target } });
  return async () => void (await worker.terminate());
};
