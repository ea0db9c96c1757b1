import type { Dirent } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALLING_PREFIX } from '../apps/install-app.ts';
import { isOwnPlace } from '../home/protected-paths.ts';
import { TEMPORARY_NAME } from '../home/temporary-name.ts';

/** What a folder is to a snapshot: an ordinary one, the packages that a tool fetched, or compiled Python. */
export type FolderKind = 'plain' | 'packages' | 'bytecode';

type Judgement = 'left out' | FolderKind;

/**
 * What a snapshot leaves out of a folder; the answer for a folder that it looks into is that folder's kind.
 *
 * Ignore files have no say, since anybody could write one. A name alone has none either: only what a tool can make again, in
 * the place where it puts it and with its mark. What the history holds already stays in it wherever it lies: see
 * `pending-changes.ts`.
 */
export const judgeEntry = (
  folder: { readonly absolute: string; readonly path: string; readonly kind: FolderKind },
  entry: Dirent,
): Judgement | Promise<Judgement> => {
  const { name } = entry;
  if (TEMPORARY_NAME.test(name) || name === '.DS_Store') return 'left out';
  if (folder.path === '' && isOwnPlace(name)) return 'left out';
  if (folder.path === 'apps' && name.startsWith(INSTALLING_PREFIX)) return 'left out';
  if (folder.kind === 'packages') return judgePackage(folder.absolute, entry);
  if (folder.kind === 'bytecode' && entry.isFile() && name.endsWith('.pyc')) return 'left out';
  if (!entry.isDirectory()) return 'plain';
  const hasFile = (mark: string): Promise<boolean> => isFile(join(folder.absolute, mark));
  const unlessMarked = async (mark: string): Promise<Judgement> =>
    (await isFile(join(folder.absolute, name, mark))) ? 'left out' : 'plain';
  switch (name) {
    case 'node_modules':
      return hasFile('package.json').then((is) => (is ? 'packages' : 'plain'));
    case '__pycache__':
      return 'bytecode';
    case '.venv':
      return unlessMarked('pyvenv.cfg');
    case 'target':
      return hasFile('Cargo.toml').then((is) => (is ? unlessMarked('CACHEDIR.TAG') : 'plain'));
    default:
      return 'plain';
  }
};

/** Within node_modules only what looks like a package or a tool's own notes; a letter that lies there is a letter. */
const judgePackage = async (folder: string, entry: Dirent): Promise<Judgement> => {
  if (entry.isSymbolicLink() || entry.name.startsWith('.')) return 'left out';
  if (!entry.isDirectory()) return 'plain';
  const isPackage = entry.name.startsWith('@') || (await isFile(join(folder, entry.name, 'package.json')));
  return isPackage ? 'left out' : 'plain';
};

const isFile = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => undefined))?.isFile() ?? false;
