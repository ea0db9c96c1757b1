import type { UndoResponse } from '@matrix-os/contracts';
import { AppError } from '@matrix-os/kit';
import type { EventLog } from '../events/event-log.ts';
import type { Snapshots } from '../git/snapshots.ts';
import type { StoredTurn, TurnStore } from './turn-store.ts';

/** Takes a turn's changes back, and puts them in again. */
export const createUndo = (parts: { turns: TurnStore; snapshots: Snapshots; events: EventLog }) => {
  const { turns, snapshots, events } = parts;

  const finish = (turn: StoredTurn, files: readonly string[], redone: boolean): UndoResponse => {
    turns.undone(turn.id, redone ? 'possible' : 'undone');
    events.append({ session: turn.session, turn: turn.id }, { type: 'undone', files: [...files], redone });
    return { turn: turn.id, files: [...files] };
  };

  return {
    async undo(id: string): Promise<UndoResponse> {
      const turn = turns.get(id);
      if (turn.snapshot === null)
        throw new AppError('conflict', 'This turn changed no files that could be undone.');
      if (turn.undo === 'undone') throw new AppError('conflict', 'This turn is undone already.');
      const { files } = await snapshots.undo(turn.snapshot);
      return finish(turn, files, false);
    },
    async redo(id: string): Promise<UndoResponse> {
      const turn = turns.get(id);
      if (turn.snapshot === null || turn.undo !== 'undone') {
        throw new AppError('conflict', 'This turn has not been undone, so there is nothing to put back.');
      }
      const { files } = await snapshots.redo(turn.snapshot);
      return finish(turn, files, true);
    },
  };
};
