import { formatForPeople, type Nano } from '../money/nano.ts';

/** Why a request is refused, in words that an owner reads in the chat. */
export type Refusal =
  | { readonly kind: 'revoked' }
  | ({ readonly kind: 'spend' } & SpendLimit & { readonly resetsAt: number; readonly now: number })
  | { readonly kind: 'per_minute'; readonly limit: number; readonly resetsAt: number; readonly now: number }
  | { readonly kind: 'at_once'; readonly limit: number; readonly resetsAt: number; readonly now: number };

export interface SpendLimit {
  readonly period: 'day' | 'month';
  readonly limit: Nano;
  readonly spent: Nano;
  /** Held for requests that are still running. */
  readonly reserved: Nano;
  /** What this request could cost at most. */
  readonly asked: Nano;
  readonly timeZone: string;
}

const WAY_OUT =
  'To go on now, add your own Anthropic key in Settings, or ask the operator of this system for a higher limit.';

export const refusalInWords = (refusal: Refusal): string => {
  switch (refusal.kind) {
    case 'revoked':
      return 'This key was revoked or has expired. Ask the operator of this system for a new one.';
    case 'per_minute':
      return `More than ${refusal.limit} requests in a minute, which is the limit here. It resets in ${duration(refusal.resetsAt - refusal.now)}.`;
    case 'at_once':
      return `${refusal.limit} requests are running already, which is the limit here. Wait for one to end; it resets as soon as one does.`;
    case 'spend':
      return `${whatHappened(refusal)} It resets ${resetInWords(refusal.resetsAt, refusal.timeZone, refusal.now)}. ${WAY_OUT}`;
  }
};

const whatHappened = (refusal: SpendLimit): string => {
  const name = refusal.period === 'day' ? "today's" : "this month's";
  const limit = formatForPeople(refusal.limit);
  const spent = formatForPeople(refusal.spent);
  if (refusal.spent >= refusal.limit) return `You have used ${spent} of ${name} limit of ${limit}.`;
  const running =
    refusal.reserved > 0n
      ? ` and ${formatForPeople(refusal.reserved)} is held for requests still running`
      : '';
  return `You have used ${spent} of ${name} limit of ${limit}${running}; this request could cost up to ${formatForPeople(refusal.asked)}, which no longer fits.`;
};

export const noticeInWords = (
  percent: 80 | 100,
  limit: Omit<SpendLimit, 'asked' | 'reserved'> & { resetsAt: number; now: number },
): string => {
  const name = limit.period === 'day' ? "today's" : "this month's";
  const reached =
    percent === 100
      ? `The limit is reached: ${formatForPeople(limit.spent)} of ${name} ${formatForPeople(limit.limit)} is used.`
      : `${formatForPeople(limit.spent)} of ${name} limit of ${formatForPeople(limit.limit)} is used, more than 80 %.`;
  return `${reached} It resets ${resetInWords(limit.resetsAt, limit.timeZone, limit.now)}. ${WAY_OUT}`;
};

/** `at 00:00 on Tuesday, 24 November (Europe/Berlin), in 3 hours 12 minutes` */
export const resetInWords = (at: number, timeZone: string, now: number): string => {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at);
  const date = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  }).format(at);
  return `at ${time} on ${date} (${timeZone}), in ${duration(at - now)}`;
};

const duration = (milliseconds: number): string => {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  if (seconds < 60) return plural(seconds, 'second');
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return plural(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    return minutes % 60 === 0
      ? plural(hours, 'hour')
      : `${plural(hours, 'hour')} ${plural(minutes % 60, 'minute')}`;
  }
  return plural(Math.round(hours / 24), 'day');
};

const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;
