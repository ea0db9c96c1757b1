import type { Logger } from '@matrix-os/kit';
import type { EventLog } from '../events/event-log.ts';
import type { Snapshots } from '../git/snapshots.ts';
import type { Changes } from '../permissions/policy.ts';
import { titleFrom } from '../sessions/session-store.ts';
import type { StoredTurn, TurnStore } from './turn-store.ts';

/** Keeps the history of one running turn: what it wrote, and what the owner wrote meanwhile. */
export interface TurnHistory {
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
  return {
    async beforeChange(changes) {
      begun ??= snapshots.before(turn.id);
      await begun;
      if (changes === 'unknown') vague = true;
      else {
        for (const path of changes) written.add(path);
        snapshots.claim(turn.id, changes);
      }
    },
    ownerWrote(paths) {
      for (const path of paths) ownerPaths.add(path);
    },
    async finish() {
      if (begun === undefined) return;
      await begun;
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
