/** A wall clock's reading. Months count from 1, weekdays from Sunday 0. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly weekday: number;
}

export const toWallTime = (instant: Date, timeZone: string): WallTime => {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(instant);
  const read = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const [year, month, day] = [read('year'), read('month'), read('day')];
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { year, month, day, hour: read('hour'), minute: read('minute'), weekday };
};

/** The instant at which a wall clock there shows this; overflowing days and hours carry over. */
export const toInstant = (wall: Omit<WallTime, 'weekday'>, timeZone: string): Date => {
  const wanted = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
  // The first guess can be off by a change of the clocks, the second can't.
  let instant = wanted;
  for (let round = 0; round < 2; round++) {
    const shown = toWallTime(new Date(instant), timeZone);
    instant += wanted - Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute);
  }
  return new Date(instant);
};

/** "Friday 5 June, 09:00", the year too when it is another one. */
export const describeInstant = (instant: Date, now: Date, timeZone: string): string => {
  const wall = toWallTime(instant, timeZone);
  const today = toWallTime(now, timeZone);
  const sameDay = wall.year === today.year && wall.month === today.month && wall.day === today.day;
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(instant);
  if (sameDay) return `today at ${time}`;
  const date = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(wall.year === today.year ? {} : { year: 'numeric' }),
  }).format(instant);
  return `${date} at ${time}`;
};
