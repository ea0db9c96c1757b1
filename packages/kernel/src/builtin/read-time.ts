import type { WallTime } from './zoned-time.ts';

const NUMBERS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  'twenty five': 25,
  thirty: 30,
  forty: 40,
  'forty five': 45,
  fifty: 50,
  sixty: 60,
  ninety: 90,
  'half a': 0.5,
  'half an': 0.5,
  half: 0.5,
  'a couple of': 2,
  'a few': 3,
};
const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  second: 1000,
  sec: 1000,
  m: 60_000,
  minute: 60_000,
  min: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hr: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_592_000_000,
};
const WORDS = Object.keys(NUMBERS)
  .sort((a, b) => b.length - a.length)
  .join('|')
  .replaceAll(' ', '[ -]');
const DURATION = new RegExp(
  `(?<![\\w:])(\\d+(?:[.,]\\d+)?|${WORDS})[ -]?(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|[hms])(?![\\w])( and a half)?`,
  'g',
);

/** Milliseconds in "an hour and a half" or "1h 30m"; 0 when there are none. */
export const readDuration = (text: string): number => {
  let total = 0;
  for (const [, amount = '', unit = '', half] of text.matchAll(DURATION)) {
    const count = NUMBERS[amount.replace('-', ' ')] ?? Number(amount.replace(',', '.'));
    total += (count + (half ? 0.5 : 0)) * (UNITS[unit.replace(/(?<=..)s$/, '')] ?? 0);
  }
  return Math.round(total);
};

const HOUR_WORD =
  /\b(at|by|around|past|to) (one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b(?! (?:min|hour|sec|day|week))/g;

/** `open`: whether it could as well be twelve hours later. */
interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly open: boolean;
}

/**
 * A time of day. `exact` leaves hours as they were said, `usual` takes 1 to 6 without am or pm for the afternoon, `early`
 * for the morning.
 */
export const readClock = (said: string, habit: 'exact' | 'usual' | 'early'): Clock | undefined => {
  const text = said.replaceAll(HOUR_WORD, (_, front: string, word: string) => `${front} ${NUMBERS[word]}`);
  if (/\b(?:noon|midday)\b/.test(text)) return { hour: 12, minute: 0, open: false };
  if (/\bmidnight\b/.test(text)) return { hour: 0, minute: 0, open: false };
  const match =
    /(?:\b(half past|(?:a )?quarter past|(?:a )?quarter to) )?(?<![\w.:])(\d{1,2})(?:[:.](\d{2}))?(?: ?(am|pm|a\.m|p\.m))?(?!\d|st|nd|rd|th|:| ?(?:min|hour|day|week|sec|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))/.exec(
      text.replaceAll(
        /(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2}(?!\d|:| ?[ap]m)/g,
        '',
      ),
    );
  if (match === null) return partOfDay(text);
  const [, offset, hourText = '', minuteText = '0', half] = match;
  const named = Number(hourText);
  let minute = Number(minuteText);
  if (named > 24 || minute > 59) return undefined;
  if (offset?.startsWith('half')) minute = 30;
  else if (offset) minute = offset.endsWith('past') ? 15 : 45;
  let hour = named === 24 ? 0 : named;
  if (offset?.endsWith('to')) hour = (hour + 23) % 24;
  const evening = /\b(?:evening|afternoon|tonight|night)\b/.test(text);
  if (half) {
    if (hour > 12) return { hour, minute, open: false };
    return { hour: (hour % 12) + (half.startsWith('p') ? 12 : 0), minute, open: false };
  }
  const open = hour >= 1 && hour <= 12 && !hourText.startsWith('0') && !/\bmorning\b/.test(text);
  if (!open) return { hour, minute, open };
  if (evening) return { hour: hour === 12 ? 0 : hour + 12, minute, open: false };
  if (habit === 'exact') return { hour: hour === 12 ? 0 : hour, minute, open };
  return { hour: habit === 'usual' && hour <= 6 ? hour + 12 : hour, minute, open };
};

const partOfDay = (text: string): Clock | undefined => {
  const parts: readonly (readonly [RegExp, number])[] = [
    [/\bmorning\b/, 9],
    [/\bafternoon\b/, 15],
    [/\bevening\b/, 19],
    [/\b(?:tonight|night)\b/, 20],
  ];
  const hour = parts.find(([pattern]) => pattern.test(text))?.[1];
  return hour === undefined ? undefined : { hour, minute: 0, open: false };
};

const DAY = /\b(sun|mon|tue|wed|thu|fri|sat)(?:s|nes|rs|ur)?(?:day)?s?\b/g;
const DAY_KEYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Sunday is 0; in the order of the week. */
export const readWeekdays = (text: string): number[] =>
  [...new Set([...text.matchAll(DAY)].map(([, key = '']) => DAY_KEYS.indexOf(key)))].sort((a, b) => a - b);

type Day = Pick<WallTime, 'year' | 'month' | 'day'>;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The day that is named, the next such one from today on; days may overflow their month. */
export const readDate = (text: string, today: WallTime): Day | undefined => {
  const later = (days: number): Day => ({ year: today.year, month: today.month, day: today.day + days });
  if (/\btomorrow\b/.test(text)) return later(1);
  if (/\b(?:today|tonight|this (?:morning|afternoon|evening))\b/.test(text)) return later(0);
  const month = new RegExp(
    `(?:(\\d{1,2})(?:st|nd|rd|th)? (?:of )?)?\\b(${MONTHS.join('|')})[a-z]*\\b(?: (?:the )?(\\d{1,2})(?!\\d|:| ?[ap]m))?`,
  ).exec(text);
  const day = Number(month?.[1] ?? month?.[3]);
  if (month && day >= 1 && day <= 31) {
    const number = MONTHS.indexOf(month[2] ?? '') + 1;
    const passed = number < today.month || (number === today.month && day < today.day);
    return { year: today.year + (passed ? 1 : 0), month: number, day };
  }
  const ordinal = /\bthe (\d{1,2})(?:st|nd|rd|th)\b/.exec(text);
  if (ordinal) {
    const named = Number(ordinal[1]);
    return { year: today.year, month: today.month + (named < today.day ? 1 : 0), day: named };
  }
  const [weekday] = readWeekdays(text);
  if (weekday !== undefined) return later((weekday - today.weekday + 7) % 7 || 7);
  return /\bnext week\b/.test(text) ? later(7) : undefined;
};
