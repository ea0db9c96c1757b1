import { basename, join } from 'node:path';
import { JobsFile } from '@matrix-os/contracts';
import { type Kernel, readJsonFile, writeJsonFile } from '@matrix-os/kernel';
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
  const path = join(kernel.home.path, 'system', 'cron.json');
  const runner = await createJobRunner({ ...deps, path: join(deps.statePath, 'job-sessions.json') });
  const read = async () => {
    const file = await readJsonFile(path, JobsFile, {
      onDamaged: ({ movedTo, reason }) =>
        kernel.notice(
          'warning',
          'Your jobs could not be read',
          `system/cron.json is damaged (${reason}). It is now called ${basename(movedTo)}; no job runs until it is mended.`,
        ),
    });
    return file?.jobs ?? [];
  };
  let nextRun: Promise<NextRun> | undefined;

  const scheduler = createScheduler({
    async readJobs() {
      const jobs = await read();
      runner.retain(jobs);
      return jobs;
    },
    nextRun() {
      nextRun ??= loadNextRun();
      return nextRun;
    },
    timeZone: () => kernel.settings.get().timeZone,
    run: runner.run,
    remove: async (id) => writeJsonFile(path, { jobs: (await read()).filter((job) => job.id !== id) }),
    onProblem: (job, problem) =>
      kernel.notice(
        'warning',
        `The job "${job.title}" can't run`,
        `Its schedule is not understood: ${problem}`,
      ),
    log,
  });
  const reload = () =>
    scheduler.reload().catch((error: unknown) => log.error({ err: error }, 'the jobs could not be read'));
  const unwatch = watchFile(path, () => void reload());
  await reload();
  return {
    nextRunAt: scheduler.nextRunAt,
    close() {
      unwatch();
      scheduler.close();
    },
  };
};
