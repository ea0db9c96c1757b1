import type { QueueState } from '@matrix-os/contracts';
import { AppError } from '@matrix-os/kit';
import type { Principal } from '../principal.ts';
import { createTurnQueue, type QueuedTurn, type TurnQueue } from './turn-queue.ts';

type Lane = Principal['kind'];

export type LaneLimits = Readonly<Record<Lane, { readonly limit: number; readonly maxWaiting: number }>>;

export interface TurnLanes extends Omit<TurnQueue, 'add'> {
  /** @throws AppError `rate_limited` when as many wait in the lane as may */
  assertRoom(lane: Lane): void;
  /** @throws AppError `unavailable` once the queue is closed */
  add(lane: Lane, turn: QueuedTurn): void;
}

const RETRY_AFTER_SECONDS = 60;

/** The owner's turns and the visitors': two queues that share nothing, so neither can delay the other. */
export const createTurnLanes = (parts: {
  limits: LaneLimits;
  onChange: (state: QueueState) => void;
}): TurnLanes => {
  const { limits, onChange } = parts;
  const makeLane = (lane: Lane): TurnQueue =>
    createTurnQueue({ limit: limits[lane].limit, onChange: () => onChange(state()) });
  const lanes: Readonly<Record<Lane, TurnQueue>> = { owner: makeLane('owner'), visitor: makeLane('visitor') };

  // The limit that is told is the owner's: a desktop shows it beside what waits there.
  const state = (): QueueState => {
    const [owner, visitor] = [lanes.owner.state(), lanes.visitor.state()];
    return {
      limit: owner.limit,
      running: [...owner.running, ...visitor.running],
      waiting: [...owner.waiting, ...visitor.waiting],
    };
  };

  return {
    assertRoom(lane) {
      if (lanes[lane].state().waiting.length < limits[lane].maxWaiting) return;
      throw new AppError('rate_limited', 'Too many messages wait here already. Send it again later.', {
        details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
      });
    },
    add: (lane, turn) => lanes[lane].add(turn),
    async cancel(turn) {
      // A turn is in one lane; where it is not, this does nothing.
      await Promise.all([lanes.owner.cancel(turn), lanes.visitor.cancel(turn)]);
    },
    state,
    async close(graceMs) {
      await Promise.all([lanes.owner.close(graceMs), lanes.visitor.close(graceMs)]);
    },
  };
};
