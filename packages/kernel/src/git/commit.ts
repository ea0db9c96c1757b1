import type { Git } from './run-git.ts';
import type { MaybeEntry } from './tree.ts';
import { toTreePath } from './tree-path.ts';

/** A file of a commit that is being made: `content` is what the repository may not have yet. */
export interface FileChange {
  readonly path: string;
  readonly to: MaybeEntry;
  readonly content?: Uint8Array;
}

/** Where a new commit is kept until HEAD moves to it. */
export const NEXT = 'refs/matrix/next';

/** Where HEAD is; undefined in a repository without a commit. */
export const readHead = async (git: Git): Promise<string | undefined> => {
  const result = await git.attempt(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  return result.code === 0 ? text(result.stdout) : undefined;
};

/**
 * A commit on top of `parent` that nothing points at yet, made in one go from contents that are handed in: git looks at no
 * file of the home. Undefined when there are no changes, unless it is to be `empty`.
 */
export const writeCommit = async (
  git: Git,
  options: {
    readonly parent: string | undefined;
    readonly message: string;
    readonly changes: AsyncIterable<FileChange> | Iterable<FileChange>;
    readonly empty?: boolean;
  },
): Promise<string | undefined> => {
  const output = await git.run(
    ['fast-import', '--quiet', '--done', '--force', '--date-format=now'],
    streamOf(options),
  );
  return text(output) || undefined;
};

async function* streamOf({
  parent,
  message,
  changes,
  empty = false,
}: Parameters<typeof writeCommit>[1]): AsyncGenerator<string | Uint8Array> {
  const removals: string[] = [];
  const writes: string[] = [];
  for await (const { path, to, content } of changes) {
    const name = quote(toTreePath(path));
    if (to === null) removals.push(`D ${name}\n`);
    else {
      writes.push(`M ${to.mode} ${to.oid} ${name}\n`);
      if (content === undefined) continue;
      yield `blob\ndata ${content.length}\n`;
      yield content;
      yield '\n';
    }
  }
  if (empty || removals.length + writes.length > 0) {
    yield `commit ${NEXT}\nmark :1\ncommitter Matrix OS <os@matrix.local> now\ndata ${Buffer.byteLength(message)}\n${message}\n`;
    if (parent !== undefined) yield `from ${parent}\n`;
    // Removals first, so that a file can take the place of a folder and the other way round.
    yield removals.join('') + writes.join('');
    yield '\nget-mark :1\n';
  }
  yield 'done\n';
}

const quote = (path: string): string => `"${path.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/** Only from where we think it is: the owner may have committed in the terminal meanwhile. */
export const moveHead = async (git: Git, from: string | undefined, to: string): Promise<void> => {
  const old = from ?? '0'.repeat(to.length);
  await git.run(['update-ref', '-m', 'matrix', '--stdin'], `update HEAD ${to} ${old}\ndelete ${NEXT}\n`);
};

/** Brings the index along, which is the owner's alone: "git status" in a terminal compares with it. Best effort. */
export const updateIndex = async (git: Git, changes: readonly FileChange[], oid: string): Promise<void> => {
  const lines = [...changes.filter(({ to }) => to === null), ...changes.filter(({ to }) => to !== null)].map(
    ({ path, to }) => `${to?.mode ?? '0'} ${to?.oid ?? '0'.repeat(oid.length)}\t${toTreePath(path)}\0`,
  );
  await git.attempt(['update-index', '--replace', '-z', '--index-info'], lines.join(''));
  // Git would miss the files of nested repositories under the names that they have here.
  const renamed = changes.filter(({ path, to }) => to !== null && toTreePath(path) !== path);
  if (renamed.length > 0)
    await git.attempt(
      ['update-index', '-z', '--skip-worktree', '--stdin'],
      renamed.map(({ path }) => `${toTreePath(path)}\0`).join(''),
    );
};

/** A subject line and trailers; whatever comes from outside can't add a line of its own. */
export const commitMessage = (subject: string, trailers: Readonly<Record<string, string>> = {}): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = (value: string): string => value.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  const block = Object.entries(trailers).map(([key, value]) => `${key}: ${line(value)}`);
  return [line(subject).slice(0, 100), ...(block.length > 0 ? ['', ...block] : [])].join('\n');
};

const text = (output: Buffer): string => output.toString('utf8').trim();
