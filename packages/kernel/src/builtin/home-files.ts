import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError, isAppError } from '@matrix-os/kit';
import type { Confinement } from '../home/confine.ts';
import { listHomeFolder, readHomeFile } from '../home/home-file.ts';
import { isProtected } from '../home/protected-paths.ts';

const MAX_TEXT_BYTES = 1_000_000;
const MAX_FILES = 5000;
const MAX_FOLDERS = 5000;
const FOLDER_OF_NEW = 'documents';
const ENDINGS = ['', '.md', '.txt'];

/** A path of the home as somebody said it: relative, real, and not the system's own. */
export interface FoundPath {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'none';
}

/**
 * Finds what a person calls "groceries": as it was said, in documents, with an ending, in whatever case. What isn't there
 * yet goes to documents, unless a folder was named. @throws AppError `forbidden`, `invalid_input`
 */
export const findPath = async (confinement: Confinement, said: string): Promise<FoundPath> => {
  const plain = said
    .trim()
    .replace(/^(?:~\/|\.\/|\/)+/, '')
    .replace(/\/+$/, '');
  const folders = plain.includes('/') ? [''] : ['', `${FOLDER_OF_NEW}/`];
  for (const folder of folders) {
    for (const ending of ENDINGS) {
      const found = await look(confinement, await actualCase(confinement, `${folder}${plain}${ending}`));
      if (found.kind !== 'none') return found;
    }
  }
  return look(confinement, `${folders.at(-1)}${plain}`);
};

const look = async (confinement: Confinement, path: string): Promise<FoundPath> => {
  const absolute = await confinement.resolve(path);
  const relative = confinement.relative(absolute);
  if (isProtected(relative)) throw new AppError('forbidden', `"${relative}" belongs to the system.`);
  const stats = await lstat(absolute).catch(() => undefined);
  return {
    path: relative,
    kind: stats?.isDirectory() ? 'folder' : stats?.isFile() ? 'file' : 'none',
  };
};

/** "Groceries.md" for "groceries.md", when only that is there. */
const actualCase = async (confinement: Confinement, path: string): Promise<string> => {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const real = confinement.relative(await confinement.resolve(folder));
  const names = (await listHomeFolder(confinement.home, real).catch(() => [])).map((entry) => entry.name);
  const name = basename(path);
  if (names.includes(name)) return path;
  const same = names.find((one) => one.toLowerCase() === name.toLowerCase());
  return same === undefined ? path : folder === '' ? same : `${folder}/${same}`;
};

/** A file's text; undefined when it has none, or is not there. @throws AppError `too_large` and as `openHomeFile` */
export const readText = async (home: string, path: string): Promise<string | undefined> => {
  const content = await readHomeFile(home, path, { maxBytes: MAX_TEXT_BYTES }).catch((error: unknown) => {
    if (!isAppError(error, 'too_large')) throw error;
    throw new AppError('too_large', 'That file is too large to read here. Open it in Files.');
  });
  return content === undefined || content.includes(0) ? undefined : content.toString('utf8');
};

/** The owner's own files, without the apps' and the system's inner ones. Links are not followed. */
export const listOwnFiles = async (home: string, signal: AbortSignal): Promise<string[]> => {
  const files: string[] = [];
  let folders = 0;
  const visit = async (folder: string): Promise<void> => {
    if (++folders > MAX_FOLDERS) return;
    const entries = await listHomeFolder(home, folder).catch(() => []);
    for (const entry of entries) {
      signal.throwIfAborted();
      if (files.length >= MAX_FILES) return;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (
        entry.name.startsWith('.') ||
        entry.name === 'node_modules' ||
        path === 'apps' ||
        path === 'system/app-kit'
      )
        continue;
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile()) files.push(path);
    }
  };
  await visit('');
  return files;
};
