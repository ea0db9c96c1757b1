import { basename, join } from 'node:path';
import { createJobsFile, type Kernel } from '@matrix-os/kernel';
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
  const file = createJobsFile({
    home: kernel.home.path,
    onDamaged: ({ movedTo, reason }) =>
      kernel.notice(
        'warning',
        'Your jobs could not be read',
        `system/cron.json is damaged (${reason}). It is now called ${basename(movedTo)}; no job runs until it is mended.`,
      ),
    onProblem: (problem) => kernel.notice('warning', "A job can't run", problem),
  });
  const runner = await createJobRunner({ ...deps, path: join(deps.statePath, 'job-sessions.json') });
  let nextRun: Promise<NextRun> | undefined;

  const scheduler = createScheduler({
    async readJobs() {
      const jobs = await file.list();
      runner.retain(jobs);
      return jobs;
    },
    nextRun() {
      nextRun ??= loadNextRun();
      return nextRun;
    },
    timeZone: () => kernel.settings.get().timeZone,
    run: runner.run,
    remove: file.remove,
    onProblem: (job, problem) => kernel.notice('warning', `The job "${job.title}" can't run`, problem),
    log,
  });
  const reload = () =>
    scheduler.reload().catch((error: unknown) => log.error({ err: error }, 'the jobs could not be read'));
  const unwatch = watchFile(file.path, () => void reload());
  await reload();
  return {
    nextRunAt: scheduler.nextRunAt,
    close() {
      unwatch();
      scheduler.close();
    },
  };
};
