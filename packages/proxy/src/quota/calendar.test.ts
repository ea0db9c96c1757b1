import { expect, it } from 'vitest';
import { createCalendar, isTimeZone } from './calendar.ts';
import { refusalInWords, resetInWords } from './words.ts';

const at = (zone: string, now: string) => {
  const { day, month, dayEnds, monthEnds } = createCalendar().at(zone, Date.parse(now));
  return [day, month, new Date(dayEnds).toISOString(), new Date(monthEnds).toISOString()];
};

it.each([
  [
    'UTC',
    '2026-11-23T12:00:00Z',
    '2026-11-23',
    '2026-11',
    '2026-11-24T00:00:00.000Z',
    '2026-12-01T00:00:00.000Z',
  ],
  // The clocks go forward on 29 March: 23 hours.
  [
    'Europe/Berlin',
    '2026-03-28T23:00:00Z',
    '2026-03-29',
    '2026-03',
    '2026-03-29T22:00:00.000Z',
    '2026-03-31T22:00:00.000Z',
  ],
  // Back on 25 October: 25 hours.
  [
    'Europe/Berlin',
    '2026-10-24T22:00:00Z',
    '2026-10-25',
    '2026-10',
    '2026-10-25T23:00:00.000Z',
    '2026-10-31T23:00:00.000Z',
  ],
  // There the day of the change begins at 01:00.
  [
    'America/Santiago',
    '2026-09-06T03:59:59Z',
    '2026-09-05',
    '2026-09',
    '2026-09-06T04:00:00.000Z',
    '2026-10-01T03:00:00.000Z',
  ],
  // 45 minutes off, and over the new year.
  [
    'Asia/Kathmandu',
    '2026-12-31T18:14:59Z',
    '2026-12-31',
    '2026-12',
    '2026-12-31T18:15:00.000Z',
    '2026-12-31T18:15:00.000Z',
  ],
  [
    'Pacific/Kiritimati',
    '2026-11-23T10:00:00Z',
    '2026-11-24',
    '2026-11',
    '2026-11-24T10:00:00.000Z',
    '2026-11-30T10:00:00.000Z',
  ],
])('knows the day in %s at %s', (zone, now, ...expected) => {
  expect(at(zone, now)).toEqual(expected);
});

it('answers anew when the day is over', () => {
  const calendar = createCalendar();
  const end = calendar.at('Europe/Berlin', Date.parse('2026-11-23T12:00:00Z')).dayEnds;
  expect(calendar.at('Europe/Berlin', end - 1).day).toBe('2026-11-23');
  expect(calendar.at('Europe/Berlin', end).day).toBe('2026-11-24');
});

it('tells time zones from other names', () => {
  expect(isTimeZone('Europe/Berlin')).toBe(true);
  expect(isTimeZone('Middle/Earth')).toBe(false);
});

it('says when the limit resets, as the owner reads a clock', () => {
  const now = Date.parse('2026-11-23T19:48:00Z');
  expect(resetInWords(Date.parse('2026-11-23T23:00:00Z'), 'Europe/Berlin', now)).toBe(
    'at 00:00 on Tuesday 24 November (Europe/Berlin), in 3 hours 12 minutes',
  );
});

it('says what happened, when it resets and how to go on', () => {
  const words = refusalInWords({
    kind: 'spend',
    period: 'month',
    limit: 50_000_000_000n,
    spent: 49_990_000_000n,
    reserved: 5_000_000n,
    asked: 480_000_000n,
    timeZone: 'UTC',
    resetsAt: Date.parse('2026-12-01T00:00:00Z'),
    now: Date.parse('2026-11-23T00:00:00Z'),
  });
  expect(words).toBe(
    "You have used $49.99 of this month's limit of $50.00 and $0.01 is held for requests still running; this request could cost up to $0.48, which no longer fits. It resets at 00:00 on Tuesday 1 December (UTC), in 8 days. To go on now, add your own Anthropic key in Settings, or ask the operator of this system for a higher limit.",
  );
});
