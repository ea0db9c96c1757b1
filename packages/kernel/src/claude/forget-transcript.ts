import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAppError, isErrnoException } from '@matrix-os/kit';
import { inHomeFolder } from '../home/hold-folder.ts';
import { removeTree } from '../home/tree-files.ts';

/** Claude Code keeps a conversation under its id in several folders: the transcript, tool outputs, plans. */
const DEPTH = 3;

/** Deletes every file and folder below `configPath` that bears the conversation's id in its name. Turns write there, too. */
export const forgetTranscript = async (configPath: string, id: string): Promise<void> => {
  if (/^[0-9a-f-]{36}$/i.test(id)) await forgetIn(configPath, '', id);
};

const forgetIn = async (root: string, folder: string, id: string): Promise<void> => {
  const depth = folder === '' ? 1 : folder.split('/').length + 1;
  const entries = await inHomeFolder(root, folder, async (at) => {
    const all = await readdir(at, { withFileTypes: true });
    for (const { name } of all) if (name.includes(id)) await removeTree(join(at, name));
    return all;
  }).catch((error: unknown) => {
    // Gone by now, or exchanged for a link.
    if (isErrnoException(error, 'ENOENT') || isAppError(error, 'forbidden')) return [];
    throw error;
  });
  for (const entry of entries)
    if (entry.isDirectory() && !entry.name.includes(id) && depth < DEPTH)
      await forgetIn(root, folder === '' ? entry.name : `${folder}/${entry.name}`, id);
};
