import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '../home/tree-files.ts';
import type { Git } from './run-git.ts';
import { type Change, type Entry, type MaybeEntry, readBlobs, SYMLINK, sameEntry } from './tree.ts';
import { isInNestedGit, isNestedIndex } from './tree-path.ts';

interface ReversalPlan {
  readonly changes: readonly Change[];
  /** Files that changed since in the same places. */
  readonly conflicts: readonly string[];
}

/**
 * What takes `changes` back out of the files as they are now. A file nobody touched since is put back; one that was is
 * merged line by line, as a three-way merge whose base is what the turn left; what overlaps is a conflict. The inner files of a
 * repository are never merged: what git keeps in them is no text.
 */
export const planReversal = async (options: {
  readonly git: Git;
  readonly gitFolder: string;
  readonly changes: readonly Change[];
  readonly current: (path: string) => MaybeEntry;
}): Promise<ReversalPlan> => {
  const plan: Change[] = [];
  const conflicts: string[] = [];
  for (const { path, from: before, to: after } of options.changes) {
    const now = options.current(path);
    if (sameEntry(now, before)) continue;
    if (sameEntry(now, after) || isNestedIndex(path)) plan.push({ path, from: now, to: before });
    else {
      const merged =
        now && before && after && !isInNestedGit(path)
          ? await mergeFile(options.git, options.gitFolder, now, after, before)
          : undefined;
      if (merged) plan.push({ path, from: now, to: merged });
      else conflicts.push(path);
    }
  }
  return { changes: plan, conflicts };
};

/** Undefined where the same lines changed, and for links and binary files, which have no lines. */
const mergeFile = async (
  git: Git,
  gitFolder: string,
  ours: Entry,
  base: Entry,
  theirs: Entry,
): Promise<Entry | undefined> => {
  if ([ours, base, theirs].some((entry) => entry.mode === SYMLINK)) return undefined;
  const blobs = await readBlobs(git, [ours.oid, base.oid, theirs.oid]);
  const folder = await mkdtemp(join(gitFolder, 'matrix-merge-'));
  try {
    const paths = ['ours', 'base', 'theirs'].map((name) => join(folder, name));
    for (const [index, entry] of [ours, base, theirs].entries())
      await writeFile(paths[index] ?? '', blobs.get(entry.oid) ?? '');
    const merged = await git.attempt(['merge-file', '--stdout', '--quiet', ...paths]);
    if (merged.code !== 0) return undefined;
    const oid = (await git.run(['hash-object', '-w', '--stdin', '--no-filters'], merged.stdout))
      .toString()
      .trim();
    // Whoever changed the mode since keeps it.
    return { mode: ours.mode === base.mode ? theirs.mode : ours.mode, oid };
  } finally {
    await removeTree(folder);
  }
};
