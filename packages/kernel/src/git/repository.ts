import { lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, atomicWriteFile } from '@matrix-os/kit';
import { INSTALLING_PREFIX } from '../apps/install-app.ts';
import { clearStaleLocks } from './locks.ts';
import type { Git } from './run-git.ts';

// The strongest attributes there are, whatever a .gitattributes says: bytes go in and come out as they are, through no
// filter, and no driver that a configuration could name.
const ATTRIBUTES = '* -text merge !diff !filter !ident !eol !working-tree-encoding !crlf\n';

/** What no snapshot holds, even when the owner edits .gitignore. */
const EXCLUDED = [
  '/.trash/',
  `/apps/${INSTALLING_PREFIX}*`,
  // Half-written files of ours: see atomicWriteFile.
  `*.${'[0-9a-f]'.repeat(12)}.tmp`,
  'node_modules/',
  '.venv/',
  '__pycache__/',
];

/** Makes the repository when there is none, and sees to it that ours are the rules in it. Cheap when all is well. */
export const openRepository = async (git: Git, home: string): Promise<void> => {
  const folder = join(home, '.git');
  const stats = await lstat(folder).catch(() => undefined);
  if (stats !== undefined && !stats.isDirectory())
    throw new AppError(
      'conflict',
      'The ".git" of your home is not a folder, so turns can\'t be undone. Move it away.',
    );
  // An init that was killed is simply run again.
  if (!(await isComplete(folder)))
    await git.run(['init', '--quiet', '--initial-branch=main', '--template=', '--object-format=sha1']);
  const info = join(folder, 'info');
  const infoStats = await lstat(info).catch(() => undefined);
  if (infoStats !== undefined && !infoStats.isDirectory()) await rm(info, { force: true });
  await mkdir(info, { recursive: true });
  const attributes = join(info, 'attributes');
  if ((await readText(attributes)) !== ATTRIBUTES) await atomicWriteFile(attributes, ATTRIBUTES);
  await addLines(join(info, 'exclude'), EXCLUDED);
  await clearStaleLocks(folder);
};

const isComplete = async (folder: string): Promise<boolean> => {
  const parts = ['HEAD', 'config', 'objects', 'refs'].map((name) =>
    lstat(join(folder, name)).catch(() => undefined),
  );
  return (await Promise.all(parts)).every((part) => part !== undefined);
};

const addLines = async (path: string, lines: readonly string[]): Promise<void> => {
  const text = await readText(path);
  const present = new Set(text.split('\n'));
  const missing = lines.filter((line) => !present.has(line));
  if (missing.length === 0) return;
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  await atomicWriteFile(path, `${text}${gap}${missing.join('\n')}\n`);
};

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
