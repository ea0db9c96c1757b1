import { lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@matrix-os/kit';
import { inHomeFolder } from '../home/hold-folder.ts';
import { exists, moveTree, removeTree } from '../home/tree-files.ts';

// What a history needs, with what it must be. The rest, such as a configuration, hooks, an index, or the alternates of the
// objects, would be taken over from where anything could write it; git or we make it anew.
const KEPT_FILES = new Set(['HEAD', 'packed-refs', 'shallow', 'matrix-turns.json', 'matrix-undo.json']);
const KEPT_FOLDERS = new Set(['objects', 'refs', 'logs']);
const OBJECT = /^(?:[0-9a-f]{38}|[0-9a-f]{62}|pack-[0-9a-f]{40,64}\.(?:pack|idx))$/;
/** In the history until the old one is gone from the home. */
const MOVING = 'matrix-moving';

/**
 * Moves the history out of the home's `.git`, where it used to be, as long as there is none in the state. Every step
 * either is done or is done again at the next start:
 *
 * 1. `.git` becomes `history.git.moved`, by a rename or by a copy that is whole before it gets that name;
 * 2. what a history doesn't need is removed from it;
 * 3. it becomes `history.git`, with a mark in it;
 * 4. what is left of `.git` goes, then the mark.
 *
 * Answers whether it did.
 *
 * @throws AppError `unavailable` when there is no room; the history stays where it was
 */
export const adoptHistory = async (home: string, history: string): Promise<boolean> => {
  if (!(await exists(history))) {
    const moved = `${history}.moved`;
    if (!(await exists(moved))) {
      if (!(await isRepository(home))) return false;
      await moveOut(home, moved);
    }
    await clean(moved);
    await writeFile(join(moved, MOVING), '');
    await rename(moved, history);
  }
  if (!(await exists(join(history, MOVING)))) return false;
  if ((await lstat(join(home, '.git')).catch(() => undefined))?.isDirectory())
    await inHomeFolder(home, '', (at) => removeTree(join(at, '.git')));
  await rm(join(history, MOVING));
  return true;
};

const moveOut = async (home: string, moved: string): Promise<void> => {
  try {
    await mkdir(dirname(moved), { recursive: true, mode: 0o700 });
    // The original stays until all else is done: see step 4.
    await inHomeFolder(home, '', (at) => moveTree(join(at, '.git'), moved, { keep: true }));
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `Your home's history could not be moved to ${dirname(moved)}. Make room there, then start again.`,
      { cause },
    );
  }
};

/** A folder that git began to make and never finished has nothing that is worth moving. */
const isRepository = async (home: string): Promise<boolean> => {
  try {
    return await inHomeFolder(home, '.git', async (at) => {
      const [head, objects] = await Promise.all([lstat(join(at, 'HEAD')), lstat(join(at, 'objects'))]);
      return head.isFile() && objects.isDirectory();
    });
  } catch {
    return false;
  }
};

const clean = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const kept = entry.isFile()
      ? KEPT_FILES.has(entry.name)
      : entry.isDirectory() && KEPT_FOLDERS.has(entry.name);
    if (!kept) await removeTree(join(folder, entry.name));
  }
  for (const name of KEPT_FOLDERS) await mkdir(join(folder, name), { recursive: true });
  for (const name of ['refs', 'logs']) await keepFiles(join(folder, name), () => true);
  await keepFiles(join(folder, 'objects'), (name) => OBJECT.test(name));
};

const keepFiles = async (folder: string, isKept: (name: string) => boolean): Promise<void> => {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await keepFiles(path, isKept);
    else if (!entry.isFile() || !isKept(entry.name) || entry.name.endsWith('.lock')) await removeTree(path);
  }
};
