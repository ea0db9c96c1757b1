import type { Job } from '@matrix-os/contracts';

/** When a job is due next, strictly after `after` for a recurring one; null: never again. @throws what croner says of a bad pattern */
export type NextRun = (job: Job, after: Date, timeZone: string) => Date | null;

/** croner takes a while to load, and an OS may have no job. */
export const loadNextRun = async (): Promise<NextRun> => {
  const { Cron } = await import('croner');
  return (job, after, timeZone) => {
    if (job.at !== undefined) return new Date(job.at);
    return new Cron(job.schedule ?? '', { timezone: timeZone, paused: true, mode: '5-or-6-parts' }).nextRun(
      after,
    );
  };
};
