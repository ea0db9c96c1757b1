import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWriteFile } from '@matrix-os/kit';
import { z } from 'zod';

const File = z.array(z.string());

/**
 * The turns between their `before` and their `after`, kept in a file so that what a killed process's turn wrote can
 * still be told from what the owner wrote.
 */
export interface TurnLedger {
  has(turn: string): boolean;
  /** Whether a turn other than this one is running in this process. */
  othersRunning(turn?: string): boolean;
  begin(turn: string): Promise<void>;
  end(turn: string): Promise<void>;
  /** What a running turn is known to write. */
  claim(turn: string, paths: readonly string[]): void;
  claimedBy(turn: string): ReadonlySet<string>;
  claimedByOthers(turn: string): string[];
  /** What any running turn is known to write. */
  claimed(): string[];
  /** Turns of a process that is gone. */
  interrupted(): string[];
}

export const openTurnLedger = async (folder: string): Promise<TurnLedger> => {
  const path = join(folder, 'matrix-turns.json');
  const stale = new Set(await readTurns(path));
  const running = new Map<string, Set<string>>();
  const save = (): Promise<void> => atomicWriteFile(path, JSON.stringify([...stale, ...running.keys()]));

  return {
    has: (turn) => running.has(turn) || stale.has(turn),
    othersRunning: (turn) => [...running.keys()].some((one) => one !== turn),
    async begin(turn) {
      stale.delete(turn);
      running.set(turn, running.get(turn) ?? new Set());
      await save();
    },
    async end(turn) {
      stale.delete(turn);
      running.delete(turn);
      await save();
    },
    claim(turn, paths) {
      for (const one of paths) running.get(turn)?.add(one);
    },
    claimedBy: (turn) => running.get(turn) ?? new Set(),
    claimedByOthers: (turn) => [...running].flatMap(([one, paths]) => (one === turn ? [] : [...paths])),
    claimed: () => [...running.values()].flatMap((paths) => [...paths]),
    interrupted: () => [...stale],
  };
};

const readTurns = async (path: string): Promise<string[]> => {
  try {
    return File.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return [];
  }
};
