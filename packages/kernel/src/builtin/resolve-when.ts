import { readClock, readDate, readDuration, readWeekdays } from './read-time.ts';
import { toInstant, toWallTime } from './zoned-time.ts';

export type When =
  | { readonly at: Date }
  /** Five fields of cron, and the same in words. */
  | { readonly schedule: string; readonly words: string };

/**
 * What a phrase such as "tomorrow at 9" or "every weekday at half past 8" means now and here. Undefined when it can't be
 * told or said as a schedule. `early`: a time without am or pm is in the morning, as alarms are.
 */
export const resolveWhen = (
  phrase: string,
  options: { readonly now: Date; readonly timeZone: string; readonly early?: boolean },
): When | undefined => {
  const text = phrase.toLowerCase().replaceAll(/\s+/g, ' ').trim();
  if (
    /\b(?:every|each|daily|weekly|monthly|hourly|weekdays|work ?days|weekends)\b|\bon (?:\w+days\b)/.test(
      text,
    )
  )
    return resolveRepeating(text, options.early === true);
  return resolveOnce(text, options);
};

const resolveRepeating = (text: string, early: boolean): When | undefined => {
  const every = /\b(?:every|each) (other )?(?:(\S+) )?(minute|min|hour)s?\b/.exec(text);
  if (every || /\bhourly\b/.test(text)) {
    const count = every?.[1] ? 2 : every?.[2] ? readDuration(`${every[2]} minutes`) / 60_000 : 1;
    const isHours = every?.[3] === undefined || every[3] === 'hour';
    return everyFew(count, isHours);
  }
  const clock = readClock(text, early ? 'early' : 'usual') ?? { hour: 9, minute: 0 };
  const at = `${pad(clock.hour)}:${pad(clock.minute)}`;
  const front = `${clock.minute} ${clock.hour}`;
  if (/\bweekdays?\b|\bwork ?days?\b/.test(text))
    return { schedule: `${front} * * 1-5`, words: `every weekday at ${at}` };
  if (/\bweekends?\b/.test(text))
    return { schedule: `${front} * * 0,6`, words: `every weekend day at ${at}` };
  const date = /\b(\d{1,2})(?:st|nd|rd|th)\b/.exec(text);
  if (/\bmonth(?:ly|s)?\b/.test(text)) {
    const day = Number(date?.[1] ?? 1);
    if (day < 1 || day > 31) return undefined;
    return { schedule: `${front} ${day} * *`, words: `on day ${day} of every month at ${at}` };
  }
  const days = readWeekdays(text);
  // No cron field says "every second Monday".
  if (/\b(?:every|each) (?:other|second) (?!day)/.test(text)) return undefined;
  if (days.length > 0)
    return {
      schedule: `${front} * * ${days.join(',')}`,
      words: `every ${days.map(dayName).join(', ')} at ${at}`,
    };
  if (/\bweek(?:ly)?\b/.test(text)) return { schedule: `${front} * * 1`, words: `every Monday at ${at}` };
  const few = /\b(?:every|each) (other|second|\S+) days?\b/.exec(text);
  if (few) {
    const count = few[1] === 'other' || few[1] === 'second' ? 2 : readDuration(`${few[1]} days`) / 86_400_000;
    if (!Number.isInteger(count) || count < 1 || count > 15) return undefined;
    return {
      schedule: `${front} */${count} * *`,
      words: `every ${count} days at ${at}, starting with each month`,
    };
  }
  return { schedule: `${front} * * *`, words: `every day at ${at}` };
};

/** Cron counts within the hour and the day, so only what divides them comes evenly. */
const everyFew = (count: number, isHours: boolean): When | undefined => {
  if (!Number.isInteger(count) || count < 1 || (isHours ? 24 : 60) % count !== 0) return undefined;
  const unit = isHours ? 'hour' : 'minute';
  const words = count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
  const step = count === 1 ? '*' : `*/${count}`;
  return { schedule: isHours ? `0 ${step} * * *` : `${step} * * * *`, words };
};

const resolveOnce = (
  text: string,
  { now, timeZone, early }: { readonly now: Date; readonly timeZone: string; readonly early?: boolean },
): When | undefined => {
  const today = toWallTime(now, timeZone);
  const span = readDuration(text);
  const isSpan = span > 0 && !/\b(?:at|tomorrow|today|tonight)\b/.test(text);
  if (isSpan) return { at: new Date(now.getTime() + span) };

  const date = readDate(text, today);
  const named = date !== undefined;
  const day = date ?? today;
  const clock = readClock(text, early ? 'early' : named ? 'usual' : 'exact');
  const instant = (hour: number, minute: number, days = 0): Date =>
    toInstant({ year: day.year, month: day.month, day: day.day + days, hour, minute }, timeZone);
  if (clock === undefined) {
    if (!named) return undefined;
    return future(instant(9, 0), now);
  }
  if (named) return future(instant(clock.hour, clock.minute), now);
  // "At 5" is the next five o'clock there is.
  const hours = clock.open && !early ? [clock.hour, clock.hour + 12] : [clock.hour];
  const candidates = [0, 1].flatMap((days) => hours.map((hour) => instant(hour, clock.minute, days)));
  const next = candidates.sort((a, b) => a.getTime() - b.getTime()).find((one) => one > now);
  return next && { at: next };
};

const future = (at: Date, now: Date): When | undefined => (at > now ? { at } : undefined);

const pad = (value: number): string => String(value).padStart(2, '0');

const dayName = (day: number): string =>
  ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][day] ?? '';
