import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, atomicWriteFile } from '@matrix-os/kit';
import { z } from 'zod';
import { isOwnPlace } from '../home/protected-paths.ts';
import { applyChanges, findObstacles } from './apply-changes.ts';
import { commitMessage } from './commit.ts';
import type { History } from './history.ts';
import { planReversal } from './plan-reversal.ts';
import type { Git } from './run-git.ts';
import { type Change, changesBetween, sameEntry } from './tree.ts';
import { shownPaths } from './tree-path.ts';
import { worktreeEntry } from './worktree-entry.ts';

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
  const from = parent.code === 0 ? parent.stdout.toString('utf8').trim() : undefined;
  // The owner may have committed anything in a terminal.
  return (await changesBetween(git, from, commit)).filter(({ path }) => !isOwnPlace(path));
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
  readonly history: History;
  readonly changes: readonly Change[];
  readonly subject: string;
  readonly trailers: Readonly<Record<string, string>>;
}): Promise<Reversal> => {
  const { history } = options;
  const { git, home, folder } = history;
  const head = (await history.head()) ?? '';
  const entries = await history.base();
  const current = (path: string) => entries.get(path) ?? null;
  const plan = await planReversal({ git, gitFolder: folder, changes: options.changes, current });
  const conflicts = [...plan.conflicts, ...(await findObstacles(home, plan.changes))];
  if (conflicts.length > 0) throw changedSince(conflicts);
  const commit = await history.prepare(plan.changes, commitMessage(options.subject, options.trailers));
  if (commit === undefined) return { commit: head, files: [] };

  await atomicWriteFile(journalPath(folder), JSON.stringify({ from: head, to: commit }));
  try {
    await applyChanges(git, home, plan.changes);
    await history.moveHead(head, commit, plan.changes);
  } catch (error) {
    // A full disk, say. What this can't put back, the journal lets the next run complete.
    await applyChanges(git, home, await standingAt(home, invert(plan.changes)));
    await rm(journalPath(folder), { force: true });
    throw error;
  }
  await rm(journalPath(folder), { force: true });
  return { commit, files: shownPaths(plan.changes.map((change) => change.path)) };
};

/** Completes what a kill interrupted. Files the owner changed since then stay as they are. */
export const finishReversal = async (history: History): Promise<void> => {
  const { git, home, folder } = history;
  const text = await readFile(journalPath(folder), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const journal = Journal.safeParse(parse(text));
  if (journal.success && (await history.head()) === journal.data.from) {
    const { from, to } = journal.data;
    const changes = (await changesBetween(git, from, to)).filter(({ path }) => !isOwnPlace(path));
    const left = await standingAt(home, changes);
    if ((await findObstacles(home, left)).length === 0) await applyChanges(git, home, left);
    await history.moveHead(from, to, changes);
  }
  await rm(journalPath(folder), { force: true });
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

const journalPath = (folder: string): string => join(folder, 'matrix-undo.json');

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
