import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@matrix-os/kit';
import type { EventLog } from '../events/event-log.ts';
import type { Snapshots } from '../git/snapshots.ts';
import type { Changes } from '../permissions/policy.ts';
import { titleFrom } from '../sessions/session-store.ts';
import type { StoredTurn, TurnStore } from './turn-store.ts';

// An app may write its data many times in a second, and each commit takes git a moment.
const KEEP_EVERY_MS = 1000;

/** Keeps the history of one running turn: what it wrote, and what the owner wrote meanwhile. */
export interface TurnHistory {
  /** Before the turn runs at all. */
  start(): Promise<void>;
  beforeChange(changes: Exclude<Changes, 'none'>): Promise<void>;
  ownerWrote(paths: readonly string[]): void;
  /** Commits the turn's changes and tells of them. Nothing when it changed nothing. */
  finish(): Promise<void>;
}

export const createTurnHistory = (parts: {
  turn: StoredTurn;
  snapshots: Snapshots;
  turns: TurnStore;
  events: EventLog;
  log: Logger;
}): TurnHistory => {
  const { turn, snapshots, turns, events, log } = parts;
  const ownerPaths = new Set<string>();
  const written = new Set<string>();
  let vague = false;
  let begun: Promise<void> | undefined;
  let kept: Promise<void> = Promise.resolve();
  let keeping = false;
  let finished = false;

  // What the owner wrote is in the history before the turn writes over it, and what the turn makes of it is the turn's.
  const keepOwners = (): Promise<void> => {
    if (ownerPaths.size > 0) {
      const paths = [...ownerPaths];
      ownerPaths.clear();
      kept = kept.then(() => snapshots.keep(turn.id, paths));
    }
    return kept;
  };
  const keepSoon = async (): Promise<void> => {
    if (keeping) return;
    keeping = true;
    await begun;
    while (ownerPaths.size > 0 && !finished) {
      await keepOwners();
      await delay(KEEP_EVERY_MS, undefined, { ref: false });
    }
    keeping = false;
  };

  return {
    start: () => snapshots.tend(),
    async beforeChange(changes) {
      begun ??= snapshots.before(turn.id);
      await begun;
      await keepOwners();
      if (changes === 'unknown') vague = true;
      else {
        for (const path of changes) written.add(path);
        await snapshots.claim(turn.id, changes);
      }
    },
    ownerWrote(paths) {
      for (const path of paths) ownerPaths.add(path);
      // A command that runs already may be about to write over it.
      if (begun !== undefined) void keepSoon();
    },
    async finish() {
      await snapshots.tend();
      if (begun === undefined) return;
      await begun;
      finished = true;
      const commit = await snapshots.after(turn.id, [...ownerPaths], {
        title: titleFrom(turn.prompt),
        ...(vague ? {} : { only: [...written] }),
      });
      if (commit === null) return;
      turns.changed(turn.id, commit.commit, commit.files);
      events.append({ session: turn.session, turn: turn.id }, { type: 'snapshot', files: [...commit.files] });
      log.info({ turn: turn.id, files: commit.files.length }, 'snapshot taken');
    },
  };
};
