import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError, type Logger, messageOf } from '@matrix-os/kit';
import { commitChanges, commitMessage, filesOf, readHead } from './commit.ts';
import { isWithin, listPendingChanges, type PendingChanges, selectChanges } from './pending-changes.ts';
import { openRepository } from './repository.ts';
import {
  changedSince,
  changesOf,
  finishReversal,
  invert,
  type Reversal,
  reverseChanges,
} from './reverse-commit.ts';
import { createGit } from './run-git.ts';
import { openTurnLedger, type TurnLedger } from './turn-ledger.ts';

interface AfterOptions {
  /** Every path the turn can have written, when that is known; without it, all that nobody else is known to have. */
  readonly only?: readonly string[];
  /** The commit's subject line; the turn's id when left out. */
  readonly title?: string;
}

/**
 * The home's history: one commit per turn, so that each can be undone by itself. Everything runs through one queue.
 *
 * Turns that run at once share one folder, and nothing tells whose command wrote a file. So: `before` takes stock of
 * the owner's changes only while no other turn runs; `after` leaves the files that another running turn has claimed to
 * that turn, and takes the rest. A file that two turns wrote belongs to the one that ends first.
 */
export interface Snapshots {
  /** Whether git is there. Without it nothing can be undone, and everything else works. */
  available(): Promise<boolean>;
  /** Before the turn's first write: commits what the owner changed since. Once per turn; never throws. */
  before(turn: string): Promise<void>;
  /** Tells what a running turn writes, relative to the home, so that another turn's `after` leaves it alone. */
  claim(turn: string, paths: readonly string[]): void;
  /**
   * When the turn has ended: the owner's own writes as one commit, the turn's as another. Null when it changed nothing
   * or never began; never throws. Works for a turn that an earlier process began, too.
   */
  after(turn: string, ownerPaths: readonly string[], options?: AfterOptions): Promise<Reversal | null>;
  /**
   * Takes exactly this commit's changes back. With nothing left to take back, `files` is empty.
   *
   * @throws AppError `conflict` naming the files that changed since, `not_found`, `unavailable` without git
   */
  undo(commit: string): Promise<Reversal>;
  /** Puts them in again: takes the turn's commit, or the one that `undo` answered. Throws as `undo` does. */
  redo(commit: string): Promise<Reversal>;
  /** Resolves when no git runs any more. */
  close(): Promise<void>;
}

export const createSnapshots = (options: {
  readonly home: string;
  readonly log?: Logger;
  /** Told once per path about what snapshots leave out, and about failures. */
  readonly onNotice?: (message: string) => void;
  /** Where programs are looked for, as in the environment. */
  readonly path?: string;
}): Snapshots => {
  const { home, log } = options;
  const git = createGit({ home, ...(options.path === undefined ? {} : { path: options.path }) });
  const inTurn = createQueue();
  const noticed = new Set<string>();
  let ledger: TurnLedger | undefined;
  let installed: Promise<boolean> | undefined;

  const notice = (key: string, message: string): void => {
    if (noticed.has(key)) return;
    noticed.add(key);
    log?.warn({ path: key }, message);
    options.onNotice?.(message);
  };

  const available = async (): Promise<boolean> => {
    installed ??= isGitUsable(git);
    if (await installed) return true;
    // Somebody may install it while we run.
    installed = undefined;
    return false;
  };

  const open = async (): Promise<TurnLedger> => {
    await openRepository(git, home);
    await finishReversal(git, home);
    ledger ??= await openTurnLedger(home);
    return ledger;
  };

  const pending = async (): Promise<PendingChanges> => {
    const changes = await listPendingChanges(git, home);
    for (const [path, reason] of changes.skipped) notice(path, `Undo doesn't cover "${path}": ${reason}.`);
    return changes;
  };

  /** What is there and belongs to no running turn: an interrupted turn's, if there is exactly one, or the owner's. */
  const commitLeftovers = async (turns: TurnLedger, subject: string): Promise<void> => {
    const interrupted = turns.interrupted();
    const [turn] = interrupted;
    const trailers = turn !== undefined && interrupted.length === 1 ? { 'Matrix-Turn': turn } : undefined;
    await commitChanges(
      git,
      await pending(),
      trailers ? commitMessage(`Interrupted ${turn}`, trailers) : commitMessage(subject),
    );
    for (const one of interrupted) await turns.end(one);
  };

  /** Snapshots are a net under the turn, not a gate before it: a failure is told, and the turn goes on. */
  const shielded = async <Value>(otherwise: Value, work: () => Promise<Value>): Promise<Value> => {
    if (!(await available())) return otherwise;
    return inTurn(work).catch((error: unknown) => {
      log?.error({ err: error }, 'snapshot failed');
      const message = isAppError(error) ? error.message : 'git failed in your home.';
      notice(messageOf(error), `This turn can't be undone: ${message}`);
      return otherwise;
    });
  };

  const reverse = async (
    commit: string,
    subject: string,
    trailer: string,
    direction: 'undo' | 'redo',
  ): Promise<Reversal> => {
    if (!(await available()))
      throw new AppError('unavailable', 'Git is not installed. Install it to be able to undo turns.');
    return inTurn(async () => {
      const turns = await open();
      const own = await changesOf(git, commit);
      const forwards = direction === 'redo' && !(await isUndo(commit));
      const changes = forwards ? invert(own) : own;
      if (!turns.othersRunning()) await commitLeftovers(turns, `Before ${subject}`);
      const touched = isWithin(changes.map((change) => change.path));
      const dirty = selectChanges(await pending(), touched);
      const busy = [...dirty.changed, ...dirty.removed, ...[...dirty.skipped.keys()].filter(touched)];
      if (busy.length > 0) throw changedSince(busy);
      return reverseChanges({ git, home, changes, subject, trailers: { [trailer]: commit } });
    });
  };

  const isUndo = async (commit: string): Promise<boolean> =>
    /^Matrix-Undo: /m.test((await git.run(['cat-file', 'commit', commit])).toString('utf8'));

  return {
    available,

    before: (turn) =>
      shielded(undefined, async () => {
        const turns = await open();
        if (turns.has(turn) && !turns.interrupted().includes(turn)) return;
        if (!turns.othersRunning(turn)) {
          await commitLeftovers(turns, `Before ${turn}`);
          // An empty home has nothing to commit, and the turn's commit still needs something to stand on.
          if ((await readHead(git)) === undefined) await startHistory();
        }
        await turns.begin(turn);
      }),

    claim: (turn, paths) => ledger?.claim(turn, paths),

    after: (turn, ownerPaths, { only, title } = {}) =>
      shielded(null, async () => {
        // A turn that wrote nothing has never begun, and costs nothing here; only a start after a kill has to look.
        const turns = ledger ?? (await openIfMade());
        if (turns === undefined || !turns.has(turn)) return null;
        await open();
        const others = isWithin(turns.claimedByOthers(turn));
        const owners = isWithin(ownerPaths);
        const own = only === undefined ? () => true : isWithin(only);
        const changes = await pending();
        await commitChanges(
          git,
          selectChanges(changes, (path) => owners(path)),
          commitMessage(`Your changes during ${turn}`),
        );
        const commit = await commitChanges(
          git,
          selectChanges(changes, (path) => !owners(path) && !others(path) && own(path)),
          commitMessage(title ?? `Turn ${turn}`, { 'Matrix-Turn': turn }),
        );
        await turns.end(turn);
        if (commit === undefined) return null;
        const files = await filesOf(git, commit);
        if (!turns.othersRunning()) await tidy();
        return { commit, files };
      }),

    undo: (commit) => reverse(commit, `Undo ${commit.slice(0, 10)}`, 'Matrix-Undo', 'undo'),
    redo: (commit) => reverse(commit, `Redo ${commit.slice(0, 10)}`, 'Matrix-Redo', 'redo'),
    close: () => inTurn(async () => {}),
  };

  async function startHistory(): Promise<void> {
    const tree = (await git.run(['write-tree'])).toString('utf8').trim();
    const commit = await git.run(['commit-tree', '--no-gpg-sign', tree, '-F', '-'], 'An empty home');
    await git.run(['update-ref', 'HEAD', commit.toString('utf8').trim()]);
  }

  async function openIfMade(): Promise<TurnLedger | undefined> {
    const made = await readdir(join(home, '.git')).then(
      (names) => names.includes('HEAD'),
      () => false,
    );
    return made ? open() : undefined;
  }

  /** What `git gc --auto` would do, at a moment when nobody waits for a snapshot. */
  async function tidy(): Promise<void> {
    const sample = await readdir(join(home, '.git', 'objects', '17')).catch(() => []);
    if (sample.length > LOOSE_PER_FOLDER) await git.run(['gc', '--quiet', '--no-detach']);
  }
};

// Of 256 folders: about five thousand loose objects.
const LOOSE_PER_FOLDER = 20;

// GIT_CONFIG_COUNT, which our overrides stand on, came with 2.31.
const isGitUsable = async (git: ReturnType<typeof createGit>): Promise<boolean> => {
  const result = await git.attempt(['version']).catch(() => undefined);
  const [, major = 0, minor = 0] =
    /^git version (\d+)\.(\d+)/.exec(result?.stdout.toString('utf8') ?? '') ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 31);
};

/** One at a time, in order; a failure is its caller's alone. */
const createQueue = (): (<Value>(work: () => Promise<Value>) => Promise<Value>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
};
