import type { Job } from '@matrix-os/contracts';
import { SEARCH_YEARS } from '@matrix-os/kernel';
import { messageOf } from '@matrix-os/kit';
import { INTERVAL_MS } from './job-budget.ts';
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

type Place = Pick<PlannedJob, 'due' | 'problem'>;

/** A recurring job that is later than this is missed, not late: the machine was off or asleep. */
export const LATE_MS = 5 * 60_000;
/** Looking for a day that never comes is dear, so that after so many of them the rest of the file is not looked at. */
const MAX_NEVER = 20;

/**
 * What to wait for, given the file's jobs and what was waited for so far. Lets others work between one job and the next;
 * `before` is asked again at the end, since jobs may have run meanwhile.
 */
export const planJobs = async (options: {
  jobs: readonly Job[];
  before: () => readonly PlannedJob[];
  now: Date;
  timeZone: string;
  nextRun: NextRun;
}): Promise<PlannedJob[]> => {
  const { now, timeZone, nextRun } = options;
  const keyed = options.jobs
    .filter((job) => job.enabled)
    .map((job) => ({ job, key: JSON.stringify([job, timeZone]) }));
  const byKey = () => new Map(options.before().map((planned) => [planned.key, planned]));
  const known = byKey();
  const fresh = new Map<string, Place>();
  let never = 0;
  for (const { job, key } of keyed) {
    let place: Place | undefined = known.get(key) ?? fresh.get(key);
    if (place === undefined) {
      await new Promise(setImmediate);
      place = never < MAX_NEVER ? placeOf(job, () => nextRun(job, now, timeZone)) : NOT_LOOKED_AT;
      fresh.set(key, place);
    }
    if (place.due === null && place.problem !== null) never += 1;
  }
  const running = byKey();
  return keyed.map(({ job, key }) => {
    const { due, problem } = running.get(key) ?? fresh.get(key) ?? NOT_LOOKED_AT;
    return { job, key, due, problem };
  });
};

const NOT_LOOKED_AT: Place = {
  due: null,
  problem: `There are ${MAX_NEVER} jobs before it in system/cron.json that never come. Mend or remove those first.`,
};

const placeOf = (job: Job, next: () => Date | null): Place => {
  try {
    const due = next();
    if (due !== null || job.at !== undefined) return { due, problem: null };
    return {
      due,
      problem: `"${job.schedule}" does not come within ${SEARCH_YEARS} years. Name a day that exists.`,
    };
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
      const { job, due } = planned;
      if (job.at !== undefined) return { ...planned, due: null };
      return { ...planned, ...placeOf(job, () => nextRun(job, afterRun(job, due ?? now, now), timeZone)) };
    }),
  };
};

/** From when on a job that was due may be due again. A schedule tells no more than seconds. */
const afterRun = (job: Job, due: Date, now: Date): Date =>
  new Date(Math.max(now.getTime(), due.getTime() + INTERVAL_MS[job.action.type] - 1000));

/** The plan when a job has to wait until `free`: a one-shot is not lost, a recurrence is left out. */
export const postpone = (
  plan: readonly PlannedJob[],
  key: string,
  wait: { free: Date; timeZone: string; nextRun: NextRun },
): PlannedJob[] =>
  plan.map((planned) => {
    if (planned.key !== key) return planned;
    if (planned.job.at !== undefined) return { ...planned, due: wait.free };
    const next = () => wait.nextRun(planned.job, wait.free, wait.timeZone);
    return { ...planned, ...placeOf(planned.job, next) };
  });

/** When the OS must be awake next. */
export const earliest = (plan: readonly PlannedJob[]): Date | null =>
  plan.reduce<Date | null>(
    (first, { due }) => (due !== null && (first === null || due < first) ? due : first),
    null,
  );
