/**
 * Calendar days as `YYYY-MM-DD`. They are counted in UTC, where every day has 24 hours, and shown in UTC, so that no
 * change of the clocks can lose or double one. Only "today" asks for the owner's time zone.
 */
window.days = (() => {
  const format = (date) => date.toISOString().slice(0, 10);
  const parse = (day) => new Date(`${day}T00:00:00Z`);
  const pad = (number) => String(number).padStart(2, '0');
  const isDay = (text) =>
    typeof text === 'string' &&
    /^\d{4}-\d\d-\d\d$/.test(text) &&
    !Number.isNaN(parse(text).getTime()) &&
    format(parse(text)) === text;
  const add = (day, count) => format(new Date(parse(day).getTime() + count * 86_400_000));
  const between = (from, to) => Math.round((parse(to) - parse(from)) / 86_400_000);

  /** The same day of another month, or that month's last. */
  const addMonths = (day, count) => {
    const date = parse(day);
    const target = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count, 1));
    const length = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
    target.setUTCDate(Math.min(date.getUTCDate(), length));
    return format(target);
  };
  const today = () => {
    const now = new Date();
    return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  };
  /** 0 is Sunday. */
  const weekday = (day) => parse(day).getUTCDay();
  const firstWeekday = (() => {
    const locale = new Intl.Locale(navigator.language);
    return (locale.getWeekInfo?.() ?? locale.weekInfo ?? { firstDay: 1 }).firstDay % 7;
  })();
  const weekStart = (day) => add(day, -((weekday(day) - firstWeekday + 7) % 7));
  const show = (day, options) =>
    new Intl.DateTimeFormat(undefined, { ...options, timeZone: 'UTC' }).format(parse(day));

  /** Whether a repeating event has one of its first days on `day`. A 31st does not happen in a month without one. */
  const startsOn = ({ date, repeat }, day) => {
    if (day < date) return false;
    if (repeat === 'daily') return true;
    if (repeat === 'weekly') return between(date, day) % 7 === 0;
    if (repeat === 'monthly') return date.slice(8) === day.slice(8);
    if (repeat === 'yearly') return date.slice(5) === day.slice(5);
    return date === day;
  };
  /** The first day of the occurrence that covers `day`, or undefined. */
  const occurrence = (event, day) => {
    const length = Math.min(between(event.date, event.last), 366);
    for (let back = 0; back <= length; back++) {
      const first = add(day, -back);
      if (startsOn(event, first)) return first;
    }
    return undefined;
  };
  return { isDay, add, between, addMonths, today, weekday, weekStart, show, occurrence };
})();
