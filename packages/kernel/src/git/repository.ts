import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWriteFile } from '@matrix-os/kit';
import { exists } from '../home/tree-files.ts';
import { clearStaleLocks } from './locks.ts';
import type { Git } from './run-git.ts';

// For the owner's own git in a terminal, the strongest attributes there are, whatever a .gitattributes in the home says: it
// shows bytes as the history has them, through no filter, and no driver that a configuration could name.
const ATTRIBUTES = '* -text merge !diff !filter !ident !eol !working-tree-encoding !crlf\n';
/** What it needn't tell of: half-written files of ours, see atomicWriteFile. */
const EXCLUDE = `*.${'[0-9a-f]'.repeat(12)}.tmp\n`;

/** Is there while the index is behind HEAD. */
export const behindPath = (folder: string): string => join(folder, 'matrix-index-behind');

/** Makes the repository when there is none, and sees to it that it is this home's. Cheap when all is well. */
export const openRepository = async (git: Git, home: string, folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // An init that was killed is simply run again.
  if (!(await isComplete(folder)))
    await git.run(['init', '--quiet', '--initial-branch=main', '--template=', '--object-format=sha1']);
  await clearStaleLocks(folder);
  await mkdir(join(folder, 'info'), { recursive: true });
  const attributes = join(folder, 'info', 'attributes');
  if ((await readText(attributes)) !== ATTRIBUTES) await atomicWriteFile(attributes, ATTRIBUTES);
  const exclude = join(folder, 'info', 'exclude');
  const excluded = await readText(exclude);
  if (!excluded.includes(EXCLUDE)) await atomicWriteFile(exclude, `${excluded}\n${EXCLUDE}`);
  // One that was moved here has none.
  const behind = await exists(behindPath(folder));
  if (behind || !(await exists(join(folder, 'index')))) await git.attempt(['read-tree', 'HEAD']);
  if (behind) await rm(behindPath(folder), { force: true });
  // So that git finds the files when somebody names the repository itself. The home may have moved.
  if (!(await readText(join(folder, 'config'))).includes(`worktree = ${home}\n`))
    await git.run(['config', '--local', 'core.worktree', home]);
};

const isComplete = async (folder: string): Promise<boolean> => {
  const parts = ['HEAD', 'config', 'objects', 'refs'].map((name) => exists(join(folder, name)));
  return (await Promise.all(parts)).every(Boolean);
};

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
