import { join } from 'node:path';
import type { Kernel } from '@matrix-os/kernel';
import type { Logger } from '@matrix-os/kit';
import type { Activity } from '../activity.ts';
import { loadNextRun, type NextRun } from './next-run.ts';
import { createJobRunner } from './run-job.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { watchFile } from './watch-file.ts';

/** Runs what `system/cron.json` says, from now on and whenever it changes. */
export const startJobs = async (deps: {
  kernel: Kernel;
  activity: Activity;
  statePath: string;
  log: Logger;
}): Promise<Pick<Scheduler, 'nextRunAt' | 'close'>> => {
  const { kernel, log } = deps;
  const runner = await createJobRunner({ ...deps, path: join(deps.statePath, 'job-sessions.json') });
  let nextRun: Promise<NextRun> | undefined;

  const scheduler = createScheduler({
    async readJobs() {
      const jobs = await kernel.jobs.list();
      runner.retain(jobs);
      return jobs;
    },
    nextRun() {
      nextRun ??= loadNextRun();
      return nextRun;
    },
    timeZone: () => kernel.settings.get().timeZone,
    run: runner.run,
    remove: kernel.jobs.remove,
    onProblem: (job, problem) => kernel.notice('warning', `The job "${job.title}" can't run`, problem),
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
