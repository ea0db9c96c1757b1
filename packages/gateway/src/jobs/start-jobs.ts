import { join } from 'node:path';
import type { Kernel } from '@matrix-os/kernel';
import { createAllowance, type Logger } from '@matrix-os/kit';
import type { Activity } from '../activity.ts';
import { createJobBudget } from './job-budget.ts';
import { createJobRunner } from './run-job.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { watchFile } from './watch-file.ts';

const PROBLEMS_PER_HOUR = 20;

/** Runs what `system/cron.json` says, from now on and whenever it changes. */
export const startJobs = async (deps: {
  kernel: Kernel;
  activity: Activity;
  statePath: string;
  log: Logger;
}): Promise<Pick<Scheduler, 'nextRunAt' | 'close'>> => {
  const { kernel, log } = deps;
  const runner = await createJobRunner({ ...deps, path: join(deps.statePath, 'job-sessions.json') });
  const timeZone = () => kernel.settings.get().timeZone;
  const mayTell = createAllowance({ max: PROBLEMS_PER_HOUR, windowMs: 3_600_000 });

  const scheduler = createScheduler({
    async readJobs() {
      const jobs = await kernel.jobs.list();
      runner.retain(jobs);
      return jobs;
    },
    timeZone,
    budget: createJobBudget({ timeZone, tell: (title, message) => kernel.notice('warning', title, message) }),
    run: runner.run,
    remove: kernel.jobs.remove,
    onProblem(job, problem) {
      if (mayTell.take() !== null) return;
      kernel.notice('warning', `The job "${job.title}" can't run`, problem);
    },
    log,
  });
  const reload = () =>
    scheduler.reload().catch((error: unknown) => log.error({ err: error }, 'the jobs could not be read'));
  const unwatch = watchFile(kernel.jobs.path, () => void reload());
  await reload();
  return {
    nextRunAt: scheduler.nextRunAt,
    close() {
      unwatch();
      scheduler.close();
    },
  };
};
