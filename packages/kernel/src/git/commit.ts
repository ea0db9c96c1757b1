import type { PendingChanges } from './pending-changes.ts';
import type { Git } from './run-git.ts';

interface Head {
  readonly commit: string;
  readonly tree: string;
}

/** Where HEAD is; undefined in a repository without a commit. */
export const readHead = async (git: Git): Promise<Head | undefined> => {
  const result = await git.attempt(['rev-parse', 'HEAD^{commit}', 'HEAD^{tree}']);
  if (result.code !== 0) return undefined;
  const [commit = '', tree = ''] = result.stdout.toString('utf8').split('\n');
  return { commit, tree };
};

/** Commits these changes and nothing else; undefined when they turn out to be none. */
export const commitChanges = async (
  git: Git,
  changes: PendingChanges,
  message: string,
): Promise<string | undefined> => {
  const { changed, removed } = changes;
  if (changed.length + removed.length === 0) return undefined;
  // Removals first and by force: a file that became a folder or a link stands in the way otherwise.
  if (removed.length > 0)
    await git.run(['update-index', '-z', '--force-remove', '--stdin'], joinPaths(removed));
  if (changed.length > 0)
    await git.run(['update-index', '-z', '--add', '--remove', '--replace', '--stdin'], joinPaths(changed));
  return commitIndex(git, message);
};

/** Commits the index as it is, on top of HEAD; undefined when that holds the same. */
const commitIndex = async (git: Git, message: string): Promise<string | undefined> => {
  const head = await readHead(git);
  const commit = await writeCommit(git, head, message);
  if (commit !== undefined) await moveHead(git, head?.commit, commit);
  return commit;
};

/** A commit of the index that nothing points at yet. */
export const writeCommit = async (
  git: Git,
  head: Head | undefined,
  message: string,
): Promise<string | undefined> => {
  const tree = text(await git.run(['write-tree']));
  if (head?.tree === tree) return undefined;
  const parents = head === undefined ? [] : ['-p', head.commit];
  return text(await git.run(['commit-tree', '--no-gpg-sign', tree, ...parents, '-F', '-'], message));
};

/** Only from where we think it is: the owner may have committed in the terminal meanwhile. */
export const moveHead = async (git: Git, from: string | undefined, to: string): Promise<void> => {
  await git.run(['update-ref', '-m', 'matrix', 'HEAD', to, from ?? '0'.repeat(to.length)]);
};

/** The paths that a commit changed against its first parent. */
export const filesOf = async (git: Git, commit: string): Promise<string[]> => {
  const output = await git.run([
    'diff-tree',
    '--root',
    '-r',
    '-z',
    '--no-renames',
    '--no-commit-id',
    '--name-only',
    commit,
  ]);
  return output
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
};

/** A subject line and trailers; whatever comes from outside can't add a line of its own. */
export const commitMessage = (subject: string, trailers: Readonly<Record<string, string>> = {}): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = (value: string): string => value.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  const block = Object.entries(trailers).map(([key, value]) => `${key}: ${line(value)}`);
  return [line(subject).slice(0, 100), ...(block.length > 0 ? ['', ...block] : [])].join('\n');
};

const joinPaths = (paths: readonly string[]): string => `${paths.join('\0')}\0`;

const text = (output: Buffer): string => output.toString('utf8').trim();
