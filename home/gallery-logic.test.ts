import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

/** Runs an app's pure part as its page would, and answers what it puts on `window`. */
const load = <Part>(file: string, name: string): Part => {
  const window: Record<string, unknown> = {};
  const context = createContext({ window, Intl, navigator: { language: 'en-GB' } });
  runInContext(readFileSync(join(import.meta.dirname, 'gallery', file), 'utf8'), context);
  return window[name] as Part;
};
/** What a context makes has that context's prototypes; as data it is the same. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('money', () => {
  const money = load<{
    parse(text: string): number | null;
    plain(cents: number): string;
    show(cents: number, currency: string): string;
    csv(rows: string[][]): string;
  }>('expense-tracker/money.js', 'money');

  it.each([
    ['12', 1200],
    ['12.5', 1250],
    ['12,50', 1250],
    ['.5', 50],
    ['0.07', 7],
    ['1,234.56', 123456],
    ['1.234,56', 123456],
    ['1 234,56', 123456],
    ['1,234', 123400],
    ['1.234.567', 123456700],
    ['€ 7', 700],
    ["1'000.00", 100000],
  ])('reads %s', (text, cents) => {
    expect(money.parse(text)).toBe(cents);
  });
  it.each(['', '0', '-5', 'ten', '1.2.3', '12,34,56', '1,23,456', '1e5', '0x10', '99999999999999'])(
    'refuses %s',
    (text) => {
      expect(money.parse(text)).toBeNull();
    },
  );
  it('reads back exactly what it writes', () => {
    for (const cents of [1, 9, 10, 99, 100, 101, 123_456_789, 99_999_999_999])
      expect(money.parse(money.plain(cents))).toBe(cents);
    expect(money.show(1, 'EUR')).toContain('0.01');
  });
  it('writes cells that a spreadsheet takes as text', () => {
    expect(money.csv([['=1+1', 'a"b', '-3', 'x\ny']])).toBe(`"'=1+1","a""b","'-3","x\ny"`);
  });
});

describe('days', () => {
  interface Event {
    date: string;
    last: string;
    repeat: string;
  }
  const days = load<{
    add(day: string, count: number): string;
    addMonths(day: string, count: number): string;
    weekStart(day: string): string;
    occurrence(event: Event, day: string): string | undefined;
    isDay(text: unknown): boolean;
  }>('calendar/days.js', 'days');
  const event = (date: string, repeat: string, last = date): Event => ({ date, last, repeat });

  it('counts over leap days and the changes of the clocks', () => {
    expect(days.add('2024-02-28', 1)).toBe('2024-02-29');
    expect(days.add('2026-03-28', 2)).toBe('2026-03-30');
    expect(days.add('2026-01-01', -1)).toBe('2025-12-31');
    expect(days.addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(days.addMonths('2026-01-31', -11)).toBe('2025-02-28');
    expect(days.weekStart('2026-11-22')).toBe('2026-11-16');
    expect([days.isDay('2026-02-30'), days.isDay('2026-2-3'), days.isDay(5)]).toEqual([false, false, false]);
  });
  it.each([
    [event('2026-01-31', 'monthly'), '2026-03-31', '2026-03-31'],
    [event('2026-01-31', 'monthly'), '2026-02-28', undefined],
    [event('2024-02-29', 'yearly'), '2026-02-28', undefined],
    [event('2024-02-29', 'yearly'), '2028-02-29', '2028-02-29'],
    [event('2026-11-03', 'weekly'), '2026-11-24', '2026-11-24'],
    [event('2026-11-03', 'weekly'), '2026-10-27', undefined],
    [event('2026-10-24', 'none', '2026-10-27'), '2026-10-26', '2026-10-24'],
    [event('2026-10-24', 'none', '2026-10-27'), '2026-10-28', undefined],
    [event('2026-11-06', 'weekly', '2026-11-08'), '2026-11-15', '2026-11-13'],
  ])('finds %o on %s', (what, day, first) => {
    expect(days.occurrence(what, day)).toBe(first);
  });
});

describe('arithmetic', () => {
  const arithmetic = load<{ evaluate(text: string): unknown; show(value: unknown): string }>(
    'calculator/arithmetic.js',
    'arithmetic',
  );
  const work = (text: string): string => arithmetic.show(arithmetic.evaluate(text));

  it.each([
    ['0.1+0.2', '0.3'],
    ['1/3*3', '1'],
    ['2+3×4', '14'],
    ['-2^2', '-4'],
    ['2^3^2', '512'],
    ['2^-2', '0.25'],
    ['(1+2)(3+4', '21'],
    ['200+10%', '220'],
    ['200−10%', '180'],
    ['50%×8', '4'],
    ['2/3', '0.6666666667'],
    ['-1/3000000000000', '0'],
    ['1,5 + 1', '2.5'],
    ['12345678901234567890', '1.23456789e19'],
    ['--3', '3'],
  ])('works out %s', (text, result) => {
    expect(work(text)).toBe(result);
  });
  it.each(['1/0', '1+', '*2', '2 apples', '()', '1 2', '2^0.5', '9^9^9', ')', `${'('.repeat(200)}1`])(
    'says why it does not work out %s',
    (text) => {
      expect(() => work(text)).toThrow(/\w/);
    },
  );
});

describe('phases', () => {
  interface State {
    phase: string;
    round: number;
    endsAt: number | null;
    remaining: number;
    log: Record<string, number>;
  }
  const phases = load<{
    read(raw: unknown, lost: () => void): State;
    start(state: State, now: number): State;
    pause(state: State, now: number): State;
    next(state: State): State;
    finish(state: State, endsAt: number, day: string, now: number): State;
    left(state: State, now: number): number;
  }>('pomodoro/phases.js', 'phases');
  const fresh = (): State => phases.read(undefined, () => {});

  it('rests long after four rounds, and begins anew', () => {
    const seen: string[] = [];
    let state = fresh();
    for (let step = 0; step < 9; step++) {
      seen.push(state.phase);
      state = phases.next(state);
    }
    expect(seen.join(' ')).toBe('focus short focus short focus short focus long focus');
    expect(state.round).toBe(1);
  });
  it('loses no second by pausing, and counts an end once', () => {
    let state = phases.start(fresh(), 1000);
    state = phases.pause(state, 61_000);
    expect(phases.left(state, 999_999)).toBe(24 * 60_000);
    state = phases.start(state, 100_000);
    const { endsAt } = state;
    expect(endsAt).toBe(100_000 + 24 * 60_000);
    const done = phases.finish(state, endsAt ?? 0, '2026-11-23', endsAt ?? 0);
    expect(plain(phases.finish(done, endsAt ?? 0, '2026-11-23', endsAt ?? 0))).toEqual(plain(done));
    expect(plain(done.log)).toEqual({ '2026-11-23': 1 });
  });
});

describe('strokes', () => {
  const strokes = load<{ simplify(points: number[]): number[] }>('sketch/strokes.js', 'strokes');

  it('leaves out what the eye does not miss', () => {
    const line = Array.from({ length: 200 }, (_, at) => [at, 2 * at, 60]).flat();
    expect(plain(strokes.simplify(line))).toEqual([0, 0, 60, 199, 398, 60]);
    const corner = [0, 0, 60, 50, 0, 60, 100, 0, 60, 100, 50, 60, 100, 100, 60];
    expect(plain(strokes.simplify(corner))).toEqual([0, 0, 60, 100, 0, 60, 100, 100, 60]);
    expect(plain(strokes.simplify([5, 5, 60]))).toEqual([5, 5, 60]);
  });
});

describe('leitner', () => {
  interface Card {
    box: number;
    due: string;
  }
  const leitner = load<{ grade(card: Card, knew: boolean, today: string): Card }>(
    'flashcards/leitner.js',
    'leitner',
  );

  it('waits longer for each time a card was known, and starts again when it was not', () => {
    let card: Card = { box: 0, due: '' };
    const due: string[] = [];
    for (const knew of [true, true, true, false]) {
      card = leitner.grade(card, knew, '2026-02-27');
      due.push(card.due);
    }
    expect(due).toEqual(['2026-02-28', '2026-03-02', '2026-03-06', '2026-02-28']);
    expect(card.box).toBe(0);
  });
});
