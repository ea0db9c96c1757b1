import type { Job } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { loadNextRun } from './next-run.ts';
import { earliest, LATE_MS, planJobs, takeDue } from './plan-jobs.ts';

const nextRun = await loadNextRun();
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
  planJobs({ jobs, before: [], now, timeZone, nextRun });

describe('planning', () => {
  it('goes by the owner’s clock, over the change to summer time too', () => {
    expect(earliest(plan([daily], at('00:00:00'), 'Europe/Berlin'))).toEqual(at('07:00:00'));
    const april = new Date('2026-04-10T00:00:00Z');
    expect(earliest(plan([daily], april, 'Europe/Berlin'))).toEqual(new Date('2026-04-10T06:00:00Z'));
  });

  it('leaves out what is switched off, and waits for the first of the rest', () => {
    const jobs = [daily, job({ id: 'off', schedule: '* * * * *', enabled: false })];
    expect(earliest(plan(jobs, at('07:00:00')))).toEqual(at('08:00:00'));
  });

  it('keeps the place of a job that did not change, and not of one that did', () => {
    const before = plan([daily], at('07:59:59'));
    const options = { before, now: at('08:00:01'), timeZone: 'UTC', nextRun };
    expect(earliest(planJobs({ jobs: [daily], ...options }))).toEqual(at('08:00:00'));
    const renamed = { ...daily, title: 'Other' };
    expect(earliest(planJobs({ jobs: [renamed], ...options }))).toEqual(new Date('2026-03-11T08:00:00Z'));
  });

  it('says what is wrong with a schedule', () => {
    const [odd] = plan([job({ schedule: 'noonish' })], at('00:00:00'));
    expect(odd).toMatchObject({ due: null, problem: expect.stringContaining('CronPattern') });
  });
});

describe('what is due', () => {
  const take = (jobs: Job[], planned: Date, now: Date) =>
    takeDue({ plan: plan(jobs, planned), now, timeZone: 'UTC', nextRun });

  it('is nothing too early, and each occasion once', () => {
    expect(take([daily], at('07:00:00'), at('07:59:59')).due).toEqual([]);
    const taken = take([daily], at('07:00:00'), at('08:00:00'));
    expect(taken.due).toHaveLength(1);
    expect(earliest(taken.plan)).toEqual(new Date('2026-03-11T08:00:00Z'));
  });

  it('includes a recurrence that is a little late, but none that was slept through', () => {
    const late = new Date(at('08:00:00').getTime() + LATE_MS);
    expect(take([daily], at('07:00:00'), late).due).toHaveLength(1);
    const missed = take([daily], at('07:00:00'), new Date(late.getTime() + 1));
    expect(missed.due).toEqual([]);
    expect(earliest(missed.plan)).toEqual(new Date('2026-03-11T08:00:00Z'));
  });

  it('includes a one-shot however late, once', () => {
    const taken = take([job({ at: '2020-01-01T00:00:00Z' })], at('00:00:00'), at('00:00:00'));
    expect(taken.due).toHaveLength(1);
    expect(earliest(taken.plan)).toBeNull();
  });
});
