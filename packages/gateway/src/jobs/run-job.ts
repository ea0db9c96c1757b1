import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Job } from '@matrix-os/contracts';
import { type Kernel, OWNER } from '@matrix-os/kernel';
import { atomicWriteFile, isAppError } from '@matrix-os/kit';
import { z } from 'zod';
import type { Activity } from '../activity.ts';

const JobSessions = z.record(z.string(), z.string());

export interface JobRunner {
  run(job: Job, due: Date): Promise<{ completed: Promise<unknown> }>;
  /** Jobs that are gone give their sessions up; the sessions themselves stay for the owner to read. */
  retain(jobs: readonly Job[]): void;
}

/** `path` keeps which session belongs to which job, so that a job goes on where it left off. */
export const createJobRunner = async (deps: {
  kernel: Kernel;
  activity: Activity;
  path: string;
}): Promise<JobRunner> => {
  const { kernel } = deps;
  const sessions = new Map(Object.entries(await load(deps.path)));

  const say = async (job: Job, text: string, id: string) => {
    const session = sessions.get(job.id);
    if (session !== undefined) {
      try {
        return await kernel.send(OWNER, { text, session, id });
      } catch (error) {
        // The owner has deleted it.
        if (!isAppError(error, 'not_found')) throw error;
      }
    }
    const accepted = await kernel.send(OWNER, { text, id });
    kernel.sessions.rename(accepted.session, job.title);
    sessions.set(job.id, accepted.session);
    await atomicWriteFile(deps.path, `${JSON.stringify(Object.fromEntries(sessions))}\n`, { mode: 0o600 });
    return accepted;
  };

  return {
    async run(job, due) {
      deps.activity.touch('job');
      if (job.action.type === 'notify') {
        kernel.notice('info', job.title, job.action.message);
        return { completed: Promise.resolve() };
      }
      // The same id for the same occasion: a crash between sending and taking the job out must not send twice.
      const id = `job-${createHash('sha256').update(`${job.id} ${due.toISOString()}`).digest('hex').slice(0, 32)}`;
      try {
        const { completed } = await say(job, job.action.text, id);
        return { completed };
      } catch (error) {
        kernel.notice(
          'error',
          job.title,
          `This job could not run: ${isAppError(error) ? error.message : 'see the log'}`,
        );
        throw error;
      }
    },
    retain(jobs) {
      const ids = new Set(jobs.map((job) => job.id));
      for (const id of [...sessions.keys()]) if (!ids.has(id)) sessions.delete(id);
    },
  };
};

/** Losing it costs a new session per job, no more. */
const load = async (path: string): Promise<z.infer<typeof JobSessions>> => {
  try {
    return JobSessions.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return {};
  }
};
