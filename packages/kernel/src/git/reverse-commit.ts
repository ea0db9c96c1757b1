import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, atomicWriteFile } from '@matrix-os/kit';
import { z } from 'zod';
import { applyChanges, findObstacles } from './apply-changes.ts';
import { commitMessage, moveHead, readHead, writeCommit } from './commit.ts';
import { planReversal } from './plan-reversal.ts';
import type { Git } from './run-git.ts';
import { type Change, changesBetween, entriesOf, sameEntry, worktreeEntry } from './tree.ts';

export interface Reversal {
  readonly commit: string;
  readonly files: string[];
}

/** What a commit changed against its first parent. @throws AppError `not_found` when the history lacks it */
export const changesOf = async (git: Git, commit: string): Promise<Change[]> => {
  const known =
    /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit) &&
    (await git.attempt(['cat-file', '-e', `${commit}^{commit}`])).code === 0;
  if (!known) throw new AppError('not_found', "Your home's history doesn't have that change any more.");
  const parent = await git.attempt(['rev-parse', '--verify', '--quiet', `${commit}^1`]);
  return changesBetween(git, parent.code === 0 ? parent.stdout.toString('utf8').trim() : undefined, commit);
};

export const invert = (changes: readonly Change[]): Change[] =>
  changes.map(({ path, from, to }) => ({ path, from: to, to: from }));

/**
 * Takes changes back out of the home and commits that: all of them or, with a conflict, none. The plan is in the history
 * before the first file is touched, so that `finishReversal` can complete one that was killed. The home has no
 * uncommitted change at these paths.
 *
 * @throws AppError `conflict` naming the files
 */
export const reverseChanges = async (options: {
  readonly git: Git;
  readonly home: string;
  readonly changes: readonly Change[];
  readonly subject: string;
  readonly trailers: Readonly<Record<string, string>>;
}): Promise<Reversal> => {
  const { git, home } = options;
  const gitFolder = join(home, '.git');
  const at = await readHead(git);
  const head = at?.commit ?? '';
  const entries = await entriesOf(git, head);
  const current = (path: string) => entries.get(path) ?? null;
  const plan = await planReversal({ git, gitFolder, changes: options.changes, current });
  const conflicts = [...plan.conflicts, ...(await findObstacles(home, plan.changes))];
  if (conflicts.length > 0) throw changedSince(conflicts);
  if (plan.changes.length === 0) return { commit: head, files: [] };

  await git.run(['update-index', '--replace', '-z', '--index-info'], indexInfo(plan.changes));
  const commit = await writeCommit(git, at, commitMessage(options.subject, options.trailers));
  if (commit === undefined) return { commit: head, files: [] };
  await atomicWriteFile(journalPath(home), JSON.stringify({ from: head, to: commit }));
  try {
    await applyChanges(git, home, plan.changes);
    await moveHead(git, head, commit);
  } catch (error) {
    // A full disk, say. What this can't put back, the journal lets the next run complete.
    await applyChanges(git, home, await standingAt(home, invert(plan.changes)));
    await git.run(['read-tree', head]);
    await rm(journalPath(home), { force: true });
    throw error;
  }
  await rm(journalPath(home), { force: true });
  return { commit, files: plan.changes.map((change) => change.path) };
};

/** Completes what a kill interrupted. Files the owner changed since then stay as they are. */
export const finishReversal = async (git: Git, home: string): Promise<void> => {
  const text = await readFile(journalPath(home), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const journal = Journal.safeParse(parse(text));
  if (journal.success && (await readHead(git))?.commit === journal.data.from) {
    const { from, to } = journal.data;
    const left = await standingAt(home, await changesBetween(git, from, to));
    if ((await findObstacles(home, left)).length === 0) await applyChanges(git, home, left);
    await git.run(['read-tree', to]);
    await moveHead(git, from, to);
  }
  await rm(journalPath(home), { force: true });
};

/** The changes that are still to be made: their file is as it was before. */
const standingAt = async (home: string, changes: readonly Change[]): Promise<Change[]> => {
  const standing: Change[] = [];
  for (const change of changes) {
    const now = await worktreeEntry(home, change.path, (change.from ?? change.to)?.oid ?? '');
    if (sameEntry(now, change.from) || (change.from === null && now === 'folder')) standing.push(change);
  }
  return standing;
};

export const changedSince = (files: readonly string[]): AppError =>
  new AppError(
    'conflict',
    `Changed since in the same places: ${files.slice(0, 10).join(', ')}${files.length > 10 ? ' and more' : ''}. ` +
      'Undo the later changes first, or edit these files by hand. Nothing was changed.',
    { details: { files: [...files] } },
  );

const Journal = z.object({ from: z.string(), to: z.string() });

const journalPath = (home: string): string => join(home, '.git', 'matrix-undo.json');

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Removals first, so that a file can take the place of a folder and the other way round. */
const indexInfo = (changes: readonly Change[]): string => {
  const removals = changes.filter((change) => change.to === null);
  const writes = changes.filter((change) => change.to !== null);
  return [...removals, ...writes]
    .map(({ path, from, to }) =>
      to === null ? `0 ${'0'.repeat(from?.oid.length ?? 40)}\t${path}\0` : `${to.mode} ${to.oid}\t${path}\0`,
    )
    .join('');
};
