import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError, type Logger, messageOf } from '@matrix-os/kit';
import { exists } from '../home/tree-files.ts';
import { adoptHistory } from './adopt-history.ts';
import { commitMessage } from './commit.ts';
import { type History, openHistory } from './history.ts';
import { leadToHistory } from './lead-to-history.ts';
import { isWithin, type PendingChanges, selectChanges } from './pending-changes.ts';
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
import { shownPaths } from './tree-path.ts';
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
  /**
   * At the start, and before and after every turn: puts the home's `.git`, which leads the owner's git to the history and
   * which anything in the home can exchange, right again. Never throws.
   */
  tend(): Promise<void>;
  /** Before the turn's first write: commits what the owner changed since. Once per turn; never throws. */
  before(turn: string): Promise<void>;
  /**
   * Before each of a running turn's writes whose path, relative to the home, is known: another turn's `after` leaves it
   * alone, and what is there now is in the history even where snapshots look at nothing. Never throws.
   */
  claim(turn: string, paths: readonly string[]): Promise<void>;
  /** Commits what the owner wrote at these paths since a turn began, before that writes over it. Never throws. */
  keep(turn: string, paths: readonly string[]): Promise<void>;
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

interface Opened {
  readonly history: History;
  readonly turns: TurnLedger;
}

export const createSnapshots = (options: {
  readonly home: string;
  /** The repository's folder: see `historyPath`. */
  readonly history: string;
  readonly log?: Logger;
  /** Told once per path about what snapshots leave out, and about failures. */
  readonly onNotice?: (message: string) => void;
  /** Where programs are looked for, as in the environment. */
  readonly path?: string;
}): Snapshots => {
  const { home, history: folder, log } = options;
  const git = createGit({
    home,
    history: folder,
    ...(options.path === undefined ? {} : { path: options.path }),
  });
  const inTurn = createQueue();
  const noticed = new Set<string>();
  let opened: Opened | undefined;
  let installed: Promise<boolean> | undefined;
  let starting = true;

  const notice = (key: string, message: string): void => {
    if (noticed.has(key)) return;
    noticed.add(key);
    log?.warn({ path: key }, message);
    options.onNotice?.(message);
  };

  const uncovered = (path: string, reason: string): void =>
    notice(path, `Undo doesn't cover "${path}": ${reason}.`);

  const available = async (): Promise<boolean> => {
    installed ??= isGitUsable(git);
    if (await installed) return true;
    // Somebody may install it while we run.
    installed = undefined;
    return false;
  };

  /** Our own git never asks the pointer, so that no failure here stands in the way of a snapshot. */
  const lead = async (): Promise<void> => {
    const onSetAside = (name: string): void => {
      log?.warn({ name }, 'something stood in the place of the .git of the home');
      options.onNotice?.(
        `Something had taken the place of ".git" in your home, which leads to its history. It is called "${name}" now.`,
      );
    };
    try {
      await leadToHistory({ home, history: folder, starting, onSetAside });
      starting = false;
    } catch (error) {
      log?.error({ err: error }, 'the .git of the home could not be written');
      notice('.git', 'The ".git" of your home does not lead to its history. Use no git there until it does.');
    }
  };

  const open = async (): Promise<Opened> => {
    await adoptHistory(home, folder);
    await openRepository(git, home, folder);
    await lead();
    opened ??= {
      history: await openHistory({
        git,
        home,
        folder,
        onUnreadable: (path) => uncovered(path, "it can't be read"),
      }),
      turns: await openTurnLedger(folder),
    };
    await finishReversal(opened.history);
    return opened;
  };

  const pending = async (): Promise<PendingChanges> => {
    const { history, turns } = opened ?? (await open());
    const changes = await history.pending(turns.claimed());
    const fresh = [...changes.skipped].filter(([path]) => !noticed.has(path));
    for (const [path, reason] of fresh.slice(0, MAX_TOLD)) uncovered(path, reason);
    if (fresh.length > MAX_TOLD) {
      for (const [path] of fresh) noticed.add(path);
      notice('', `Undo doesn't cover ${fresh.length - MAX_TOLD} more files or folders of your home either.`);
    }
    return changes;
  };

  /** What is there and belongs to no running turn: an interrupted turn's, if there is exactly one, or the owner's. */
  const commitLeftovers = async ({ history, turns }: Opened, subject: string): Promise<void> => {
    const interrupted = turns.interrupted();
    const [turn] = interrupted;
    const trailers = turn !== undefined && interrupted.length === 1 ? { 'Matrix-Turn': turn } : undefined;
    await history.commit(
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
      notice(`a turn: ${messageOf(error)}`, `This turn can't be undone: ${message}`);
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
      const all = await open();
      const own = await changesOf(git, commit);
      const forwards = direction === 'redo' && !(await isUndo(commit));
      const changes = forwards ? invert(own) : own;
      if (!all.turns.othersRunning()) await commitLeftovers(all, `Before ${subject}`);
      const touched = isWithin(changes.map((change) => change.path));
      const dirty = selectChanges(await pending(), touched);
      const busy = [...dirty.changed.keys(), ...dirty.removed, ...[...dirty.skipped.keys()].filter(touched)];
      if (busy.length > 0) throw changedSince(busy);
      return reverseChanges({ history: all.history, changes, subject, trailers: { [trailer]: commit } });
    });
  };

  const isUndo = async (commit: string): Promise<boolean> =>
    /^Matrix-Undo: /m.test((await git.run(['cat-file', 'commit', commit])).toString('utf8'));

  return {
    available,

    tend: () =>
      inTurn(async () => {
        const adopted = await adoptHistory(home, folder);
        if (adopted && (await available())) await openRepository(git, home, folder);
        if (await exists(folder)) await lead();
      }).catch((error: unknown) => {
        log?.error({ err: error }, 'the history could not be tended');
        notice(
          messageOf(error),
          isAppError(error) ? error.message : 'The history of your home can not be reached.',
        );
      }),

    before: (turn) =>
      shielded(undefined, async () => {
        const all = await open();
        const { history, turns } = all;
        if (turns.has(turn) && !turns.interrupted().includes(turn)) return;
        if (!turns.othersRunning(turn)) {
          await commitLeftovers(all, `Before ${turn}`);
          // An empty home has nothing to commit, and the turn's commit still needs something to stand on.
          if ((await history.head()) === undefined) await history.start();
        }
        await turns.begin(turn);
      }),

    async claim(turn, paths) {
      if (opened === undefined || !opened.turns.has(turn)) return;
      const { history, turns } = opened;
      const others = isWithin(turns.claimedByOthers(turn));
      const fresh = paths.filter((path) => !turns.claimedBy(turn).has(path) && !others(path));
      turns.claim(turn, paths);
      if (fresh.length === 0) return;
      await shielded(undefined, async () => {
        // What lies where snapshots look could be this turn's own work by now; elsewhere it is as it was before the turn.
        const hidden = await history.hidden(fresh);
        if (hidden.length === 0) return;
        await history.commit(await history.pendingAt(hidden), commitMessage(`Before ${turn}`));
      });
    },

    async keep(turn, paths) {
      if (opened === undefined || !opened.turns.has(turn)) return;
      const { history } = opened;
      await shielded(undefined, async () => {
        const changes = (await holdsFolder(home, paths))
          ? selectChanges(await pending(), isWithin(paths))
          : await history.pendingAt(paths);
        await history.commit(changes, commitMessage(`Your changes during ${turn}`));
      });
    },

    after: (turn, ownerPaths, { only, title } = {}) =>
      shielded(null, async () => {
        // A turn that wrote nothing has never begun, and costs nothing here; only a start after a kill has to look.
        if (opened === undefined && !(await exists(join(folder, 'HEAD')))) return null;
        const { history, turns } = opened ?? (await open());
        if (!turns.has(turn)) return null;
        await open();
        const others = isWithin(turns.claimedByOthers(turn));
        const owners = isWithin(ownerPaths);
        const own = only === undefined ? () => true : isWithin(only);
        const changes = await pending();
        await history.commit(
          selectChanges(changes, (path) => owners(path)),
          commitMessage(`Your changes during ${turn}`),
        );
        const done = await history.commit(
          selectChanges(changes, (path) => !owners(path) && !others(path) && own(path)),
          commitMessage(title ?? `Turn ${turn}`, { 'Matrix-Turn': turn }),
        );
        await turns.end(turn);
        if (!turns.othersRunning()) tidyLater();
        return done === undefined ? null : { commit: done.commit, files: shownPaths(done.paths) };
      }),

    undo: (commit) => reverse(commit, `Undo ${commit.slice(0, 10)}`, 'Matrix-Undo', 'undo'),
    redo: (commit) => reverse(commit, `Redo ${commit.slice(0, 10)}`, 'Matrix-Redo', 'redo'),
    close: () =>
      inTurn(async () => {
        await opened?.history.save();
      }),
  };

  /** What `git gc --auto` would do, at a moment when nobody waits for a snapshot. */
  function tidyLater(): void {
    void inTurn(async () => {
      const sample = await readdir(join(folder, 'objects', '17')).catch(() => []);
      if (sample.length > LOOSE_PER_FOLDER) await git.run(['gc', '--quiet']);
    }).catch((error: unknown) => log?.error({ err: error }, 'the history could not be tidied'));
  }
};

const holdsFolder = async (home: string, paths: readonly string[]): Promise<boolean> => {
  const all = await Promise.all(paths.map((path) => lstat(join(home, path)).catch(() => undefined)));
  return all.some((stats) => stats?.isDirectory());
};

// A command can make any number of them.
const MAX_TOLD = 20;

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
