import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

// How an interrupted write leaves its half of a file behind: Claude Code's way and the kit's.
const TEMPORARY = /(?:\.tmp\.\d+\.[0-9a-f]{8,16}|\.[0-9a-f]{12}\.tmp)$/;
const SKIPPED = new Set(['.git', '.trash', 'node_modules']);
const MAX_FOLDERS = 20_000;

/** Removes the halves of files that a killed engine was about to put in place. Answers how many. */
export const sweepTemporary = async (home: string): Promise<number> => {
  let removed = 0;
  const folders = [home];
  for (let seen = 0; seen < MAX_FOLDERS; seen++) {
    const folder = folders.pop();
    if (folder === undefined) break;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(join(folder, entry.name));
      if (!entry.isFile() || !TEMPORARY.test(entry.name)) continue;
      await rm(join(folder, entry.name), { force: true });
      removed += 1;
    }
  }
  return removed;
};
