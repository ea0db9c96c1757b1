import type { Job } from '@matrix-os/contracts';
import { createAllowance } from '@matrix-os/kit';

type Action = Job['action']['type'];

const HOUR_MS = 3_600_000;

/**
 * What all jobs together may do in any hour. A turn costs money and may write further jobs, so that a mistake, or a model
 * that was misled, could go on for ever.
 */
const PER_HOUR: Readonly<Record<Action, number>> = { message: 60, notify: 240 };

const WHAT: Readonly<Record<Action, string>> = { message: 'turns', notify: 'notices' };

/** The shortest time from one run of a job to its next, ms. */
export const INTERVAL_MS: Readonly<Record<Action, number>> = { message: 60_000, notify: 5_000 };

export interface JobBudget {
  /** Null when the job may run now, which counts; otherwise when it may. Told once in an hour. */
  admit(job: Job): Date | null;
}

export const createJobBudget = (deps: {
  readonly timeZone: () => string;
  readonly tell: (title: string, message: string) => void;
  readonly now?: () => number;
}): JobBudget => {
  const now = deps.now ?? Date.now;
  const allowance = (action: Action) => createAllowance({ max: PER_HOUR[action], windowMs: HOUR_MS, now });
  const allowances = { message: allowance('message'), notify: allowance('notify') };
  const toldAt: Partial<Record<Action, number>> = {};

  return {
    admit(job) {
      const { type } = job.action;
      const free = allowances[type].take();
      if (free === null) return null;
      if (now() - (toldAt[type] ?? 0) >= HOUR_MS) {
        toldAt[type] = now();
        const time = new Date(free).toLocaleTimeString('en-GB', {
          timeZone: deps.timeZone(),
          hour: '2-digit',
          minute: '2-digit',
        });
        deps.tell(
          'Jobs have to wait',
          `Jobs have used up their ${PER_HOUR[type]} ${WHAT[type]} of an hour and go on at ${time}. Look at system/cron.json for what runs so often.`,
        );
      }
      return new Date(free);
    },
  };
};
