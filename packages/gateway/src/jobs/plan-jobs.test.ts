import type { Job } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { nextRun } from './next-run.ts';
import { earliest, LATE_MS, planJobs, postpone, takeDue } from './plan-jobs.ts';

const job = (given: Partial<Job>): Job => ({
  id: 'job',
  title: 'Job',
  enabled: true,
  action: { type: 'notify', message: 'x' },
  ...given,
});
const daily = job({ schedule: '0 8 * * *' });
const at = (time: string) => new Date(`2026-03-10T${time}Z`);
const plan = (jobs: Job[], now: Date, timeZone = 'UTC') =>
  planJobs({ jobs, before: () => [], now, timeZone, nextRun });

describe('planning', () => {
  it('goes by the owner’s clock, over the change to summer time too', async () => {
    expect(earliest(await plan([daily], at('00:00:00'), 'Europe/Berlin'))).toEqual(at('07:00:00'));
    const april = new Date('2026-04-10T00:00:00Z');
    expect(earliest(await plan([daily], april, 'Europe/Berlin'))).toEqual(new Date('2026-04-10T06:00:00Z'));
  });

  it('leaves out what is switched off, and waits for the first of the rest', async () => {
    const jobs = [daily, job({ id: 'off', schedule: '* * * * *', enabled: false })];
    expect(earliest(await plan(jobs, at('07:00:00')))).toEqual(at('08:00:00'));
  });

  it('keeps the place of a job that did not change, and not of one that did', async () => {
    const before = await plan([daily], at('07:59:59'));
    const options = { before: () => before, now: at('08:00:01'), timeZone: 'UTC', nextRun };
    expect(earliest(await planJobs({ jobs: [daily], ...options }))).toEqual(at('08:00:00'));
    const renamed = { ...daily, title: 'Other' };
    expect(earliest(await planJobs({ jobs: [renamed], ...options }))).toEqual(
      new Date('2026-03-11T08:00:00Z'),
    );
  });

  it('says of a day that never comes, and after some looks no further', async () => {
    const never = Array.from({ length: 30 }, (_, n) => job({ id: `n-${n}`, schedule: `${n} 0 31 2 *` }));
    let searched = 0;
    const counting: typeof nextRun = (...given) => {
      searched += 1;
      return nextRun(...given);
    };
    const options = { now: at('00:00:00'), timeZone: 'UTC', nextRun: counting };
    const planned = await planJobs({ jobs: [...never, daily], before: () => [], ...options });
    expect(planned[0]).toMatchObject({ due: null, problem: expect.stringContaining('does not come') });
    expect(planned.at(-1)).toMatchObject({ due: null, problem: expect.stringContaining('before it') });
    expect(searched).toBe(20);
    await planJobs({ jobs: [...never, daily], before: () => planned, ...options });
    expect(searched).toBe(20);
  });

  it('keeps what has run while it was looking', async () => {
    let current = await plan([daily], at('07:59:59'));
    const options = { now: at('08:00:01'), timeZone: 'UTC' };
    const running: typeof nextRun = (...given) => {
      current = takeDue({ plan: current, ...options, nextRun }).plan;
      return nextRun(...given);
    };
    const jobs = [daily, job({ id: 'new', schedule: '0 9 * * *' })];
    const planned = await planJobs({ jobs, before: () => current, ...options, nextRun: running });
    expect(planned[0]?.due).toEqual(new Date('2026-03-11T08:00:00Z'));
  });

  it('says what is wrong with a schedule', async () => {
    const [odd] = await plan([job({ schedule: 'noonish' })], at('00:00:00'));
    expect(odd).toMatchObject({ due: null, problem: expect.stringContaining('CronPattern') });
  });
});

describe('what is due', () => {
  const take = async (jobs: Job[], planned: Date, now: Date) =>
    takeDue({ plan: await plan(jobs, planned), now, timeZone: 'UTC', nextRun });

  it('is nothing too early, and each occasion once', async () => {
    expect((await take([daily], at('07:00:00'), at('07:59:59'))).due).toEqual([]);
    const taken = await take([daily], at('07:00:00'), at('08:00:00'));
    expect(taken.due).toHaveLength(1);
    expect(earliest(taken.plan)).toEqual(new Date('2026-03-11T08:00:00Z'));
  });

  it('includes a recurrence that is a little late, but none that was slept through', async () => {
    const late = new Date(at('08:00:00').getTime() + LATE_MS);
    expect((await take([daily], at('07:00:00'), late)).due).toHaveLength(1);
    const missed = await take([daily], at('07:00:00'), new Date(late.getTime() + 1));
    expect(missed.due).toEqual([]);
    expect(earliest(missed.plan)).toEqual(new Date('2026-03-11T08:00:00Z'));
  });

  it('includes a one-shot however late, once', async () => {
    const taken = await take([job({ at: '2020-01-01T00:00:00Z' })], at('00:00:00'), at('00:00:00'));
    expect(taken.due).toHaveLength(1);
    expect(earliest(taken.plan)).toBeNull();
  });

  it('is nothing again before a minute for a turn, five seconds for a notice', async () => {
    const after = async (action: Job['action']) => {
      const jobs = [job({ schedule: '* * * * * *', action })];
      const { plan } = await take(jobs, at('08:00:00'), at('08:00:01.500'));
      return earliest(plan);
    };
    expect(await after({ type: 'notify', message: 'x' })).toEqual(at('08:00:06'));
    expect(await after({ type: 'message', text: 'x' })).toEqual(at('08:01:01'));
  });

  it('waits without being lost when it is a one-shot, and skips an occasion when it recurs', async () => {
    const once = job({ id: 'once', at: '2026-03-10T08:00:00Z' });
    const jobs = [once, daily];
    const { due, plan } = await take(jobs, at('07:00:00'), at('08:00:00'));
    const wait = { free: at('08:30:00'), timeZone: 'UTC', nextRun };
    const waiting = due.reduce((all, { key }) => postpone(all, key, wait), plan);
    expect(waiting.map((one) => one.due)).toEqual([at('08:30:00'), new Date('2026-03-11T08:00:00Z')]);
  });
});
