import type { Job } from '@matrix-os/contracts';
import { messageOf } from '@matrix-os/kit';
import type { NextRun } from './next-run.ts';

export interface PlannedJob {
  readonly job: Job;
  /** Changes with anything that changes when or what; the same key keeps its place. */
  readonly key: string;
  /** Null: not again, until the file changes. */
  readonly due: Date | null;
  /** Why it can't run, as far as the owner can mend it. */
  readonly problem: string | null;
}

/** A recurring job that is later than this is missed, not late: the machine was off or asleep. */
export const LATE_MS = 5 * 60_000;

/** What to wait for, given the file's jobs and what was waited for so far. */
export const planJobs = (options: {
  jobs: readonly Job[];
  before: readonly PlannedJob[];
  now: Date;
  timeZone: string;
  nextRun: NextRun;
}): PlannedJob[] => {
  const { before, now, timeZone, nextRun } = options;
  const known = new Map(before.map((planned) => [planned.key, planned]));
  return options.jobs
    .filter((job) => job.enabled)
    .map((job) => {
      const key = JSON.stringify([job, timeZone]);
      return known.get(key) ?? { job, key, ...place(() => nextRun(job, now, timeZone)) };
    });
};

const place = (next: () => Date | null): Pick<PlannedJob, 'due' | 'problem'> => {
  try {
    return { due: next(), problem: null };
  } catch (error) {
    return { due: null, problem: messageOf(error) };
  }
};

/** Which jobs run now, and the plan once they do. A one-shot runs however late it is; a missed recurrence does not. */
export const takeDue = (options: {
  plan: readonly PlannedJob[];
  now: Date;
  timeZone: string;
  nextRun: NextRun;
}): { due: PlannedJob[]; plan: PlannedJob[] } => {
  const { now, timeZone, nextRun } = options;
  const isDue = ({ due }: PlannedJob) => due !== null && due <= now;
  const isWorthIt = ({ job, due }: PlannedJob) =>
    job.at !== undefined || (due !== null && now.getTime() - due.getTime() <= LATE_MS);
  return {
    due: options.plan.filter((planned) => isDue(planned) && isWorthIt(planned)),
    plan: options.plan.map((planned) => {
      if (!isDue(planned)) return planned;
      if (planned.job.at !== undefined) return { ...planned, due: null };
      return { ...planned, ...place(() => nextRun(planned.job, now, timeZone)) };
    }),
  };
};

/** When the OS must be awake next. */
export const earliest = (plan: readonly PlannedJob[]): Date | null =>
  plan.reduce<Date | null>(
    (first, { due }) => (due !== null && (first === null || due < first) ? due : first),
    null,
  );
