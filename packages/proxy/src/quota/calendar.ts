/** The tenant's own days and months, daylight saving included. */
export interface LocalDay {
  /** `2026-11-23` */
  readonly day: string;
  /** `2026-11` */
  readonly month: string;
  /** When the next day begins there; milliseconds since 1970. */
  readonly dayEnds: number;
  readonly monthEnds: number;
}

export interface Calendar {
  at(timeZone: string, now: number): LocalDay;
}

const HOUR = 3_600_000;
/** No calendar day lasts longer, whatever the clocks do. */
const LONGEST_DAY = 27 * HOUR;
const LONGEST_MONTH = 32 * 24 * HOUR;

export const createCalendar = (): Calendar => {
  const formats = new Map<string, Intl.DateTimeFormat>();
  const days = new Map<string, LocalDay & { begins: number }>();

  const dayOf = (timeZone: string, at: number): string => {
    let format = formats.get(timeZone);
    if (format === undefined) {
      format = new Intl.DateTimeFormat('en-CA', {
        timeZone,
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
      });
      formats.set(timeZone, format);
    }
    return format.format(at);
  };

  /** First millisecond after `from` at which `isLater` holds; it holds from then on. */
  const firstAfter = (from: number, within: number, isLater: (at: number) => boolean): number => {
    let low = from;
    let high = from + within;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isLater(middle)) high = middle;
      else low = middle;
    }
    return high;
  };

  return {
    at(timeZone, now) {
      const known = days.get(timeZone);
      if (known !== undefined && now >= known.begins && now < known.dayEnds) return known;
      const day = dayOf(timeZone, now);
      const month = day.slice(0, 7);
      const found = {
        day,
        month,
        begins: now,
        dayEnds: firstAfter(now, LONGEST_DAY, (at) => dayOf(timeZone, at) > day),
        monthEnds: firstAfter(now, LONGEST_MONTH, (at) => dayOf(timeZone, at).slice(0, 7) > month),
      };
      days.set(timeZone, found);
      return found;
    },
  };
};

/** Whether the name is a time zone that this system knows. */
export const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};
