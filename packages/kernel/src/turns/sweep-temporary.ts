import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inHomeFolder } from '../home/hold-folder.ts';
import { listHomeFolder } from '../home/home-file.ts';
import { TEMPORARY_NAME } from '../home/temporary-name.ts';

const SKIPPED = new Set(['.git', '.trash', 'node_modules']);
const MAX_FOLDERS = 20_000;

/** Removes the halves of files that a killed engine was about to put in place. Answers how many. */
export const sweepTemporary = async (home: string): Promise<number> => {
  let removed = 0;
  const folders = [''];
  for (let seen = 0; seen < MAX_FOLDERS; seen++) {
    const folder = folders.pop();
    if (folder === undefined) break;
    const entries = await listHomeFolder(home, folder).catch(() => []);
    for (const entry of entries) {
      const { name } = entry;
      if (entry.isDirectory() && !SKIPPED.has(name)) folders.push(folder === '' ? name : `${folder}/${name}`);
      if (!entry.isFile() || !TEMPORARY_NAME.test(name)) continue;
      await inHomeFolder(home, folder, (at) => rm(join(at, name), { force: true }));
      removed += 1;
    }
  }
  return removed;
};
