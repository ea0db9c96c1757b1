import type { Job } from '@matrix-os/contracts';
import type { Logger } from '@matrix-os/kit';
import type { JobBudget } from './job-budget.ts';
import { nextRun } from './next-run.ts';
import { earliest, type PlannedJob, planJobs, postpone, takeDue } from './plan-jobs.ts';

// A clock that is set, a laptop that slept and a file system that tells nothing are all noticed within this.
const RECHECK_MS = 60_000;

export interface Scheduler {
  /** Reads the jobs anew; those that did not change keep their place. */
  reload(): Promise<void>;
  nextRunAt(): Date | null;
  close(): void;
}

export interface SchedulerDeps {
  readonly readJobs: () => Promise<readonly Job[]>;
  readonly timeZone: () => string;
  readonly budget: JobBudget;
  /** Resolves when the run can't be lost any more; `completed` when it is over. */
  readonly run: (job: Job, due: Date) => Promise<{ completed: Promise<unknown> }>;
  /** A one-shot has run and goes. */
  readonly remove: (id: string) => Promise<unknown>;
  readonly onProblem: (job: Job, problem: string) => void;
  readonly log: Logger;
}

/** Runs the jobs of `system/cron.json` on time. One timer, for the next of them. */
export const createScheduler = (deps: SchedulerDeps): Scheduler => {
  const running = new Set<string>();
  let plan: PlannedJob[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const arm = () => {
    clearTimeout(timer);
    if (closed) return;
    const next = earliest(plan);
    const wait = next === null ? RECHECK_MS : Math.max(0, next.getTime() - Date.now());
    timer = setTimeout(() => void tick(), Math.min(wait, RECHECK_MS));
    timer.unref();
  };

  const start = async ({ job, due }: PlannedJob): Promise<void> => {
    running.add(job.id);
    try {
      // A one-shot that had to wait is still the one of its own time.
      const occasion = job.at === undefined ? (due ?? new Date()) : new Date(job.at);
      const { completed } = await deps.run(job, occasion);
      if (job.at !== undefined) await deps.remove(job.id);
      await completed;
    } catch (error) {
      deps.log.warn({ err: error, job: job.id }, 'a job failed');
    } finally {
      running.delete(job.id);
    }
  };

  const tick = async () => {
    const timeZone = deps.timeZone();
    const taken = takeDue({ plan, now: new Date(), timeZone, nextRun });
    plan = taken.plan;
    arm();
    for (const planned of taken.due) {
      // Each is written down durably, and others have work too.
      await new Promise(setImmediate);
      if (closed) return;
      // A run that takes longer than its interval is not started a second time beside itself.
      if (running.has(planned.job.id)) continue;
      const free = deps.budget.admit(planned.job);
      if (free === null) void start(planned);
      else plan = postpone(plan, planned.key, { free, timeZone, nextRun });
    }
    arm();
  };

  const reload = async () => {
    const jobs = await deps.readJobs();
    const known = new Set(plan.map(({ key }) => key));
    const timeZone = deps.timeZone();
    const planned = await planJobs({ jobs, before: () => plan, now: new Date(), timeZone, nextRun });
    if (closed) return;
    plan = planned;
    for (const { job, key, problem } of plan) {
      if (problem !== null && !known.has(key)) deps.onProblem(job, problem);
    }
    arm();
  };

  let reloading: Promise<void> = Promise.resolve();
  return {
    // One after the other, so that an older reading never replaces a newer one.
    reload() {
      reloading = reloading.then(reload, reload);
      return reloading;
    },
    nextRunAt: () => earliest(plan),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
};
