import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { createTrash } from '../home/trash.ts';
import { historyPath } from './history-path.ts';
import type { Reversal } from './reverse-commit.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';

export const HOME = {
  '.gitignore': '*.log\n',
  'documents/a.md': 'one\ntwo\nthree\nfour\nfive\n',
  'system/soul.md': 'kind\n',
};

/** Snapshots of a home with these files, with a real git and a real bin. */
export const setUpSnapshots = (
  files: Readonly<Record<string, string>> = HOME,
  state = join(tempFolder(), 'state'),
) => {
  const home = tempFolder(files);
  const history = historyPath(state);
  const notices: string[] = [];
  const bin = createTrash({ home, bin: join(tempFolder(), 'trash') });
  /** As after a restart. */
  const again = (options: { readonly path?: string } = {}): Snapshots =>
    createSnapshots({
      home,
      history,
      onNotice: (message) => notices.push(message),
      ...options,
    });
  const snapshots = again();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', home, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const read = (path: string): string => readFileSync(join(home, path), 'utf8');
  /** A turn that does this; answers its commit. */
  const turn = async (id: string, work: () => void, ownerPaths: string[] = []): Promise<Reversal | null> => {
    await snapshots.before(id);
    work();
    return snapshots.after(id, ownerPaths);
  };
  const commitOf = async (id: string, work: () => void): Promise<string> =>
    (await turn(id, work))?.commit ?? '';
  return { home, history, bin, snapshots, again, notices, git, read, turn, commitOf };
};

/** A home with a history in it, as an earlier version made it; answers the commit of its one turn. */
export const oldHome = (home: string): { readonly turn: string } => {
  const git = (...args: string[]): string =>
    execFileSync(
      'git',
      ['-C', home, '-c', 'user.name=Matrix OS', '-c', 'user.email=os@matrix.local', ...args],
      {
        encoding: 'utf8',
      },
    ).trim();
  git('init', '-q', '--initial-branch=main');
  for (const [text, subject] of [
    ['first', 'Before trn_1'],
    ['second', 'Turn trn_1'],
  ]) {
    writeFiles(home, { 'documents/a.md': `${text}\n` });
    git('add', '.');
    git('commit', '-qm', String(subject));
  }
  writeFiles(home, { '.git/matrix-turns.json': '[]' });
  return { turn: git('rev-parse', 'HEAD') };
};
