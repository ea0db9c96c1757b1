import { describe, expect, it } from 'vitest';
import { nextRun } from '../jobs/schedule.ts';
import { resolveWhen } from './resolve-when.ts';
import { splitWhen } from './split-when.ts';
import { toInstant, toWallTime } from './zoned-time.ts';

// Wednesday 3 June 2026, 16:00 in Berlin.
const now = new Date('2026-06-03T14:00:00Z');
const timeZone = 'Europe/Berlin';
const at = (phrase: string, early = false): string | undefined => {
  const when = resolveWhen(phrase, { now, timeZone, early });
  return when && 'at' in when ? when.at.toISOString().replace(':00.000Z', 'Z') : undefined;
};
const schedule = (phrase: string): string | undefined => {
  const when = resolveWhen(phrase, { now, timeZone });
  return when && 'schedule' in when ? when.schedule : undefined;
};

describe('times', () => {
  it.each([
    ['in 10 minutes', '2026-06-03T14:10Z'],
    ['in half an hour', '2026-06-03T14:30Z'],
    ['in an hour and a half', '2026-06-03T15:30Z'],
    ['in 2 hours and 15 minutes', '2026-06-03T16:15Z'],
    ['for 1h 30m', '2026-06-03T15:30Z'],
    ['in a week', '2026-06-10T14:00Z'],
    ['at 5', '2026-06-03T15:00Z'],
    ['at 3', '2026-06-04T01:00Z'],
    ['at 17:30', '2026-06-03T15:30Z'],
    ['at 08:00', '2026-06-04T06:00Z'],
    ['at noon', '2026-06-04T10:00Z'],
    ['at midnight', '2026-06-03T22:00Z'],
    ['at half past seven', '2026-06-03T17:30Z'],
    ['at quarter to 5', '2026-06-03T14:45Z'],
    ['at 12', '2026-06-03T22:00Z'],
    ['tomorrow', '2026-06-04T07:00Z'],
    ['tomorrow at 5pm', '2026-06-04T15:00Z'],
    ['tomorrow at 9', '2026-06-04T07:00Z'],
    ['tomorrow at 3', '2026-06-04T13:00Z'],
    ['tonight', '2026-06-03T18:00Z'],
    ['tonight at 9', '2026-06-03T19:00Z'],
    ['this evening', '2026-06-03T17:00Z'],
    ['tomorrow morning', '2026-06-04T07:00Z'],
    ['on friday at 3pm', '2026-06-05T13:00Z'],
    ['next wednesday', '2026-06-10T07:00Z'],
    ['on the 15th at 9am', '2026-06-15T07:00Z'],
    ['on the 1st', '2026-07-01T07:00Z'],
    ['on march 3 at 10am', '2027-03-03T09:00Z'],
    ['on 24 december at 18:00', '2026-12-24T17:00Z'],
  ])('%s is %s', (phrase, expected) => expect(at(phrase)).toBe(expected));

  it('takes an alarm without am or pm for the morning', () => {
    expect(at('at 5', true)).toBe('2026-06-04T03:00Z');
    expect(at('tomorrow at 6', true)).toBe('2026-06-04T04:00Z');
  });

  it.each([
    'today at 3pm',
    'at 25:00',
    'at 9:75',
    'some day',
    'every 7 minutes',
    'every 5 hours',
    'every other friday',
  ])('makes nothing of %s', (phrase) => expect(resolveWhen(phrase, { now, timeZone })).toBeUndefined());

  it.each([
    ['every minute', '* * * * *'],
    ['every 15 minutes', '*/15 * * * *'],
    ['every hour', '0 * * * *'],
    ['hourly', '0 * * * *'],
    ['every other hour', '0 */2 * * *'],
    ['every two hours', '0 */2 * * *'],
    ['every day', '0 9 * * *'],
    ['daily at 8pm', '0 20 * * *'],
    ['every evening', '0 19 * * *'],
    ['every weekday at 9', '0 9 * * 1-5'],
    ['every weekday at half past 8', '30 8 * * 1-5'],
    ['on weekends at 10', '0 10 * * 0,6'],
    ['every monday at 10:30', '30 10 * * 1'],
    ['on mondays and thursdays at 18:00', '0 18 * * 1,4'],
    ['every tue and sat at 3', '0 15 * * 2,6'],
    ['weekly', '0 9 * * 1'],
    ['monthly', '0 9 1 * *'],
    ['on the 15th every month at 9', '0 9 15 * *'],
    ['every other day', '0 9 */2 * *'],
  ])('%s is "%s", which the scheduler takes', (phrase, expected) => {
    expect(schedule(phrase)).toBe(expected);
    expect(nextRun(expected, { after: now, timeZone })).toBeInstanceOf(Date);
  });

  it.each([
    ['to buy 3 apples tomorrow', 'tomorrow', 'to buy 3 apples'],
    ['to drink 2 glasses of water every 2 hours', 'every 2 hours', 'to drink 2 glasses of water'],
    ['at 9:30, to call Bob', 'at 9:30', ', to call Bob'],
    ['to meet at the station', '', 'to meet at the station'],
    ['to read chapter 5', '', 'to read chapter 5'],
    ['in the morning to run', 'in the morning', 'to run'],
  ])('splits %j', (text, when, rest) => expect(splitWhen(text)).toEqual({ when, rest }));

  it('keeps to the wall clock over the changes of the clocks', () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC'])
      for (let day = 0; day < 366; day++) {
        const wall = { year: 2026, month: 1, day: 1 + day, hour: 9, minute: 5 };
        expect(toWallTime(toInstant(wall, zone), zone)).toMatchObject({ hour: 9, minute: 5 });
      }
  });
});
