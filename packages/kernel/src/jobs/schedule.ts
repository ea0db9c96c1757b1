import { AppError, messageOf } from '@matrix-os/kit';
import { Cron } from 'croner';

/** How far ahead a time is looked for, years: every 29 February comes within it, until 2096. */
export const SEARCH_YEARS = 5;
const YEAR_MS = 366 * 86_400_000;

/**
 * When a schedule runs next; null when not within `SEARCH_YEARS`. Looking for a day that never comes takes some 20 ms.
 *
 * @throws AppError `invalid_input` for one that can't be understood
 */
export const nextRun = (schedule: string, options: { after?: Date; timeZone?: string } = {}): Date | null => {
  const after = options.after ?? new Date();
  const timeZone = options.timeZone === undefined ? {} : { timezone: options.timeZone };
  const stopAt = new Date(after.getTime() + SEARCH_YEARS * YEAR_MS);
  return understand(schedule, () => parse(schedule, { ...timeZone, stopAt }).nextRun(after));
};

/** @throws AppError `invalid_input` for a schedule that can't be understood */
export const checkSchedule = (schedule: string): void => {
  understand(schedule, () => parse(schedule));
};

const parse = (schedule: string, options: { timezone?: string; stopAt?: Date } = {}): Cron =>
  new Cron(schedule, { paused: true, mode: '5-or-6-parts', ...options });

const understand = <Value>(schedule: string, read: () => Value): Value => {
  try {
    return read();
  } catch (cause) {
    throw new AppError(
      'invalid_input',
      `"${schedule}" is not a schedule (${messageOf(cause)}). Write five fields, such as "0 9 * * 1-5".`,
      { cause },
    );
  }
};
