import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Job } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { createJobsFile } from './jobs-file.ts';
import { nextRun } from './schedule.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const daily = {
  title: 'Stand up!',
  schedule: '0 9 * * 1-5',
  enabled: true,
  action: { type: 'notify' as const, message: 'Stand up' },
};
const { schedule: _, ...once } = { ...daily, at: '2026-06-01T12:10:00.000Z' };

const setUp = (content?: string) => {
  const home = tempFolder(content === undefined ? {} : { 'system/cron.json': content });
  const told: string[] = [];
  const jobs = createJobsFile({
    home,
    onDamaged: ({ reason }) => told.push(reason),
    onProblem: (problem) => told.push(problem),
    now: () => NOW,
  });
  return { home, jobs, told, file: () => JSON.parse(readFileSync(jobs.path, 'utf8')) };
};

describe('the jobs file', () => {
  it('adds, lists and removes', async () => {
    const { jobs, file } = setUp();
    expect(await jobs.list()).toEqual([]);
    const added = await jobs.add(daily);
    expect(added.id).toMatch(/^stand-up-[0-9a-z]{4}$/);
    expect(Job.parse(added)).toEqual(added);
    const second = await jobs.add({ ...once, id: 'job-1' });
    expect(await jobs.list()).toEqual([added, second]);
    expect(file()).toEqual({ jobs: [added, second] });
    expect([await jobs.remove(added.id), await jobs.remove(added.id)]).toEqual([true, false]);
    expect(await jobs.list()).toEqual([second]);
  });

  it('loses none of many at once', async () => {
    const { jobs } = setUp();
    await Promise.all(Array.from({ length: 30 }, (_, n) => jobs.add({ ...daily, title: `日 ${n}` })));
    expect(new Set((await jobs.list()).map((job) => job.id)).size).toBe(30);
  });

  it.each([
    [{ ...daily, schedule: 'every day' }, 'not a schedule'],
    [{ ...daily, schedule: '0 0 30 2 *' }, 'never comes'],
    [{ ...once, at: '2026-06-01T11:59:00.000Z' }, 'over already'],
    [{ ...daily, at: '2026-06-02T12:00:00Z' }, 'either'],
    [{ ...daily, title: '' }, "can't be scheduled"],
  ])('refuses %j', async (job, message) => {
    await expect(setUp().jobs.add(job)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(message),
    });
  });

  it('keeps what it does not understand, and says once what can not run', async () => {
    const strange = { id: 'x', does: 'something newer' };
    const wrong = { id: 'w', title: 'W', schedule: 'sometimes', action: daily.action };
    const { jobs, told, file } = setUp(JSON.stringify({ comment: 'mine', jobs: [strange, wrong] }));
    expect(await jobs.list()).toEqual([]);
    await jobs.list();
    expect(told).toEqual([expect.stringContaining('Entry 1'), expect.stringContaining('"sometimes"')]);
    const added = await jobs.add(daily);
    expect(file()).toEqual({ comment: 'mine', jobs: [strange, wrong, added] });
    expect(await jobs.remove('x')).toBe(true);
    expect(file().jobs).toEqual([wrong, added]);
    await expect(jobs.add({ ...daily, id: 'w' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('reads the first hundred of too many, and says so once', async () => {
    const many = Array.from({ length: 2000 }, (_, n) => ({ ...daily, id: `job-${n}` }));
    const { jobs, told } = setUp(JSON.stringify({ jobs: many }));
    expect((await jobs.list()).map(({ id }) => id)).toEqual(many.slice(0, 100).map(({ id }) => id));
    await jobs.list();
    expect(told).toEqual([expect.stringContaining('more than 100 jobs')]);
    await expect(jobs.add(daily)).rejects.toMatchObject({ code: 'too_large' });
    expect(await jobs.remove('job-1500')).toBe(true);
  });

  it('tells of some entries that can not run, whatever their number', async () => {
    const { home, jobs, told } = setUp();
    for (let round = 0; round < 5; round++) {
      const wrong = Array.from({ length: 100 }, (_, n) => ({
        ...daily,
        id: `job-${n}`,
        schedule: `x${round}.${n}`,
      }));
      writeFiles(home, { 'system/cron.json': JSON.stringify({ jobs: wrong }) });
      expect(await jobs.list()).toEqual([]);
    }
    expect(told).toHaveLength(20);
  });

  it('takes no time to see that a schedule is one, whenever it comes', async () => {
    const never = Array.from({ length: 100 }, (_, n) => ({
      ...daily,
      id: `job-${n}`,
      schedule: `${n % 60} 0 31 4 +1-5`,
    }));
    const { jobs } = setUp(JSON.stringify({ jobs: never }));
    const before = process.cpuUsage();
    expect(await jobs.list()).toHaveLength(100);
    // Looking for all of them takes seconds.
    expect(process.cpuUsage(before).user).toBeLessThan(500_000);
    expect(nextRun('0 0 31 4 +1-5')).toBeNull();
  });

  it('starts anew when the file is damaged', async () => {
    const { home, jobs, told } = setUp('{"jobs": [');
    utimesSync(jobs.path, 0, 0);
    expect(await jobs.list()).toEqual([]);
    expect(told).toEqual([expect.stringContaining('not valid JSON')]);
    await jobs.add(daily);
    expect(await jobs.list()).toHaveLength(1);
    writeFiles(home, { 'system/cron.json': '[]' });
    utimesSync(join(home, 'system/cron.json'), 0, 0);
    expect(await jobs.list()).toEqual([]);
  });

  it('knows when a schedule runs next, in the owner’s time zone', () => {
    const after = new Date('2026-06-05T20:00:00Z');
    expect(nextRun('0 9 * * 1-5', { after, timeZone: 'Europe/Berlin' })?.toISOString()).toBe(
      '2026-06-08T07:00:00.000Z',
    );
  });
});
