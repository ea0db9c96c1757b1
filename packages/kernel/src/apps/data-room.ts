import { AppError } from '@matrix-os/kit';

/** All of one app's values together, so that a runaway app can't fill the disk. */
const MAX_TOTAL_BYTES = 100_000_000;
const MAX_KEYS = 1000;

/** How long a count is trusted, ms: the kernel and the owner write into the same folders, unseen from here. */
const COUNT_LIVES_MS = 1000;

/** Holds each app's data within its limits. Changes of one app run one at a time: parallel checks would all find room. */
export interface DataRoom {
  /** @throws AppError `too_large` when the app has no room for it; `write` is not run then */
  write(app: string, key: string, bytes: number, write: () => Promise<void>): Promise<void>;
  delete(app: string, key: string, remove: () => Promise<void>): Promise<void>;
}

interface Lane {
  last: Promise<unknown>;
  /** Bytes by key, as of `countedAt`. */
  count?: Map<string, number>;
  countedAt: number;
}

export const createDataRoom = (options: {
  /** Bytes by key, as they lie on the disk. */
  readonly count: (app: string) => Promise<Map<string, number>>;
}): DataRoom => {
  const lanes = new Map<string, Lane>();

  const inTurn = <T>(app: string, step: (lane: Lane) => Promise<T>): Promise<T> => {
    const lane = lanes.get(app) ?? { last: Promise.resolve(), countedAt: 0 };
    lanes.set(app, lane);
    const done = lane.last.then(() => step(lane));
    const settled = done.catch(() => undefined);
    lane.last = settled;
    void settled.then(() => {
      if (lane.last === settled) lanes.delete(app);
    });
    return done;
  };

  const counted = async (app: string, lane: Lane): Promise<Map<string, number>> => {
    // Counting a thousand files for each of a thousand waiting writes would take minutes.
    if (lane.count !== undefined && performance.now() - lane.countedAt < COUNT_LIVES_MS) return lane.count;
    lane.countedAt = performance.now();
    lane.count = await options.count(app);
    return lane.count;
  };

  return {
    write: (app, key, bytes, write) =>
      inTurn(app, async (lane) => {
        const count = await counted(app, lane);
        const before = count.get(key);
        const total = [...count.values()].reduce((sum, size) => sum + size, bytes - (before ?? 0));
        if ((before === undefined && count.size >= MAX_KEYS) || total > MAX_TOTAL_BYTES)
          throw new AppError('too_large', `"${app}" keeps too much data. Delete some of it in the app.`);
        await write();
        count.set(key, bytes);
      }),
    delete: (app, key, remove) =>
      inTurn(app, async (lane) => {
        await remove();
        lane.count?.delete(key);
      }),
  };
};
