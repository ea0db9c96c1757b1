import { createLogger } from '@matrix-os/kit';
import { expect, it } from 'vitest';
import { adoptOldPlaces } from './adopt-old-places.ts';

const log = createLogger({ name: 'test', level: 'silent' });

const adopt = async (work: (told: Promise<void>) => Promise<void>, toldAfterMs: number) => {
  const notices: string[] = [];
  const told = Promise.withResolvers<void>();
  await adoptOldPlaces({
    snapshots: { tend: () => work(told.promise) },
    trash: { adopt: async () => {} },
    notice: (_level, title) => {
      notices.push(title);
      told.resolve();
    },
    log,
    toldAfterMs,
  });
  return notices;
};

it('says so when moving history and bin takes long, and when it is over', async () => {
  expect(await adopt((told) => told, 1)).toEqual(['Moving history and bin', 'History and bin are moved']);
});

it('says nothing otherwise', async () => {
  expect(await adopt(async () => {}, 60_000)).toEqual([]);
});
