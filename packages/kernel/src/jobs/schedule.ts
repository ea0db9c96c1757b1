import { AppError, messageOf } from '@matrix-os/kit';
import { Cron } from 'croner';

/** When a schedule runs next; null when never again. @throws AppError `invalid_input` for one that can't be understood */
export const nextRun = (schedule: string, options: { after?: Date; timeZone?: string } = {}): Date | null => {
  try {
    const cron = new Cron(schedule, {
      paused: true,
      mode: '5-or-6-parts',
      ...(options.timeZone === undefined ? {} : { timezone: options.timeZone }),
    });
    return cron.nextRun(options.after);
  } catch (cause) {
    throw new AppError(
      'invalid_input',
      `"${schedule}" is not a schedule (${messageOf(cause)}). Write five fields, such as "0 9 * * 1-5".`,
      { cause },
    );
  }
};
