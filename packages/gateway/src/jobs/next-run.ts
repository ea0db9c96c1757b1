import type { Job } from '@matrix-os/contracts';
import { nextRun as nextOfSchedule } from '@matrix-os/kernel';

/** When a job is due next, strictly after `after` for a recurring one; null: not within years. @throws AppError for a bad schedule */
export type NextRun = (job: Job, after: Date, timeZone: string) => Date | null;

export const nextRun: NextRun = (job, after, timeZone) =>
  job.at === undefined ? nextOfSchedule(job.schedule ?? '', { after, timeZone }) : new Date(job.at);
