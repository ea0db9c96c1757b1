import { readFile } from 'node:fs/promises';
import type { Browser, Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { createGalleryDesk, eventually, type GalleryDesk } from './gallery.fixture.ts';

let browser: Browser;
let desk: GalleryDesk;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  desk = await createGalleryDesk(browser, { acceptDownloads: true });
});
afterEach(async () => {
  await desk.close();
  expect(desk.complaints).toEqual([]);
  expect(desk.host.refused).toEqual([]);
});

const open = async (app: string): Promise<Frame> => {
  const [frame] = await desk.host.open(desk.page, app);
  if (!frame) throw new Error('no frame');
  return frame;
};
const stored = (path: string): unknown => JSON.parse(desk.host.stored.get(path) ?? 'null');
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await desk.page.keyboard.press(key);
};
const type = (text: string): Promise<void> => desk.page.keyboard.type(text);
const texts = (frame: Frame, selector: string): Promise<string[]> =>
  frame.locator(selector).evaluateAll((found) => found.map((one) => one.textContent ?? ''));
const download = async (run: () => Promise<void>): Promise<{ name: string; content: Buffer }> => {
  const [saved] = await Promise.all([desk.page.waitForEvent('download'), run()]);
  return { name: saved.suggestedFilename(), content: await readFile(await saved.path()) };
};

describe('todo', () => {
  const list = (frame: Frame): Promise<string[]> => texts(frame, '#list .text');

  it('is used by keyboard alone, and is as it was after a reload', async () => {
    let frame = await open('todo');
    await frame.locator('#text').focus();
    for (const text of ['Milk', 'Bread', 'Tea']) {
      await type(text);
      await press('Enter');
    }
    expect(await list(frame)).toEqual(['Milk', 'Bread', 'Tea']);
    await press('ArrowDown', 'Space', 'ArrowDown', 'ArrowDown', 'Alt+ArrowUp');
    expect(await list(frame)).toEqual(['Milk', 'Tea', 'Bread']);
    await press('Enter');
    await desk.page.keyboard.press('End');
    await type(', green');
    await press('Enter');
    await eventually(() => stored('todo/todos')).toMatchObject({
      items: [
        { text: 'Milk', done: true },
        { text: 'Tea, green', done: false },
        { text: 'Bread', done: false },
      ],
    });

    frame = await open('todo');
    await frame.getByText('Tea, green').waitFor();
    expect(await list(frame)).toEqual(['Milk', 'Tea, green', 'Bread']);
    expect(await frame.getByRole('checkbox', { name: 'Done: Milk' }).isChecked()).toBe(true);
  });

  it('brings back what was deleted or cleared, where it was', async () => {
    desk.host.stored.set('todo/todos', JSON.stringify({ items: ['a', { text: 'b', done: true }, 'c'] }));
    const frame = await open('todo');
    await frame.getByRole('button', { name: 'Edit: a' }).focus();
    await press('Delete');
    await frame.getByText('Deleted “a”').waitFor();
    expect(await list(frame)).toEqual(['b', 'c']);
    await press('Control+z');
    expect(await list(frame)).toEqual(['a', 'b', 'c']);
    await frame.getByRole('button', { name: 'Clear done' }).click();
    expect(await list(frame)).toEqual(['a', 'c']);
    await frame.getByRole('button', { name: 'Undo' }).click();
    expect(await list(frame)).toEqual(['a', 'b', 'c']);
  });

  it('filters, and moves a row by dragging it', async () => {
    desk.host.stored.set('todo/todos', JSON.stringify({ items: ['a', { text: 'b', done: true }, 'c'] }));
    const frame = await open('todo');
    await frame.getByRole('button', { name: 'Edit: c' }).waitFor();
    await frame.getByText('Done', { exact: true }).click();
    expect(await list(frame)).toEqual(['b']);
    await frame.getByText('All', { exact: true }).click();
    await frame.getByRole('button', { name: 'Edit: c' }).hover();
    await frame.getByRole('button', { name: 'Move c' }).hover();
    await desk.page.mouse.down();
    const first = await frame.locator('#list > li').first().boundingBox();
    await desk.page.mouse.move((first?.x ?? 0) + 40, (first?.y ?? 0) + 4, { steps: 5 });
    await desk.page.mouse.up();
    await eventually(() => list(frame)).toEqual(['c', 'a', 'b']);
  });
});

describe('notes', () => {
  it('writes, finds, reads as Markdown, deletes and brings back', async () => {
    let frame = await open('notes');
    await press('Tab');
    await frame.getByRole('button', { name: 'New note' }).click();
    await type('# Trip\n- [ ] tickets\n**Ana** <b>knows</b>');
    await press('Alt+n');
    await type('Shopping');
    // A new note is stored empty, before its first letter.
    await eventually(() => [...desk.host.stored.values()].join()).toContain('Shopping');

    frame = await open('notes');
    await frame.getByText('Shopping').first().waitFor();
    await frame.getByRole('searchbox').fill('ana');
    expect(await texts(frame, '#list .title')).toEqual(['Trip']);
    await press('ArrowDown', 'Enter');
    await frame.getByText('Read', { exact: true }).click();
    expect(await texts(frame, '#reading strong')).toEqual(['Ana']);
    expect(await frame.locator('#reading').textContent()).toContain('<b>knows</b>');
    await frame.getByRole('checkbox', { name: 'tickets' }).click();
    await eventually(() => [...desk.host.stored.values()].join()).toContain('- [x] tickets');

    const { name, content } = await download(() =>
      frame.getByRole('button', { name: 'Download as text' }).click(),
    );
    expect([name, content.toString()]).toEqual(['Trip.md', '# Trip\n- [x] tickets\n**Ana** <b>knows</b>']);

    await frame.getByRole('button', { name: 'Delete this note' }).click();
    await eventually(() => desk.host.stored.size).toBe(1);
    await frame.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => desk.host.stored.size).toBe(2);
  });
});

describe('calendar', () => {
  it('goes through the change of the clocks day by day', async () => {
    await desk.page.clock.setFixedTime('2026-03-30T12:00:00+02:00');
    const frame = await open('calendar');
    const selected = (): Promise<string | null> =>
      frame.locator('[aria-selected=true]').getAttribute('data-day');
    const after = async (key: string): Promise<string | null> => {
      await press(key);
      return selected();
    };
    expect(await selected()).toBe('2026-03-30');
    expect(await after('ArrowLeft')).toBe('2026-03-29');
    expect(await after('ArrowLeft')).toBe('2026-03-28');
    await press(...Array.from({ length: 7 }, () => 'PageDown'), 'Home');
    expect(await after('ArrowLeft')).toBe('2026-10-25');
    expect(await after('ArrowRight')).toBe('2026-10-26');
    const days = await frame.locator('td').evaluateAll((cells) => cells.map((cell) => cell.dataset.day));
    expect(new Set(days).size).toBe(days.length);
    await press('t');
    expect(await selected()).toBe('2026-03-30');
  });

  it('plans, repeats, edits, deletes and brings back', async () => {
    await desk.page.clock.setFixedTime('2026-11-23T12:00:00+01:00');
    let frame = await open('calendar');
    await press('Enter');
    await type('Swimming');
    await frame.getByLabel('Repeats').selectOption('weekly');
    await frame.locator('#start').fill('18:00');
    await frame.locator('#end').fill('17:00');
    await press('Enter');
    expect(await frame.locator('#dialog').isVisible()).toBe(true);
    await frame.locator('#end').fill('19:30');
    await press('Enter');
    await frame.getByRole('gridcell', { name: /23 November 2026, today, Swimming/ }).waitFor();
    await eventually(() => JSON.stringify(stored('calendar/events'))).toContain('Swimming');

    frame = await open('calendar');
    await frame
      .getByRole('button', { name: /Swimming/ })
      .first()
      .waitFor();
    await press('ArrowDown');
    await eventually(() => texts(frame, '#agenda small')).toEqual(['18:00 – 19:30 ↻']);
    await frame.getByRole('button', { name: 'Delete Swimming' }).click();
    await frame.getByText('Nothing planned').waitFor();
    await frame.getByRole('button', { name: 'Undo' }).click();
    await frame.getByRole('button', { name: 'Delete Swimming' }).waitFor();

    const { content } = await download(() => frame.getByRole('button', { name: /iCalendar/ }).click());
    expect(content.toString()).toContain('DTSTART:20261123T180000\r\nDTEND:20261123T193000\r\n');
    expect(content.toString()).toContain('RRULE:FREQ=WEEKLY');
  });
});

describe('expense-tracker', () => {
  it('adds whole cents up, month by month, and exports them', async () => {
    await desk.page.clock.setFixedTime('2026-11-23T12:00:00+01:00');
    let frame = await open('expense-tracker');
    await frame.locator('#currency').selectOption('EUR');
    for (const [amount, note] of [
      ['0.10', 'gum'],
      ['0,20', '=1+1'],
      ['1.234,50', 'sofa'],
    ] as const) {
      await frame.locator('#amount').focus();
      await type(amount);
      await frame.locator('#note').fill(note);
      await press('Enter');
    }
    expect(await frame.locator('#total').textContent()).toBe('€1,234.80');
    await frame.locator('#amount').fill('twelve');
    await press('Enter');
    expect(await frame.locator('#days li').count()).toBe(3);
    await eventually(() => JSON.stringify(stored('expense-tracker/expenses'))).toContain('sofa');

    frame = await open('expense-tracker');
    await eventually(() => frame.locator('#total').textContent()).toBe('€1,234.80');
    await frame.getByRole('button', { name: /Edit sofa/ }).click();
    await frame.locator('#amount').fill('1000');
    await press('Enter');
    expect(await frame.locator('#total').textContent()).toBe('€1,000.30');
    await frame.getByRole('button', { name: /Delete gum/ }).click();
    expect(await frame.locator('#total').textContent()).toBe('€1,000.20');
    await frame.getByRole('button', { name: 'Undo' }).click();
    expect(await frame.locator('#total').textContent()).toBe('€1,000.30');

    const { name, content } = await download(() => frame.getByRole('button', { name: /CSV/ }).click());
    expect(name).toBe('expenses.csv');
    expect(content.toString()).toContain('"2026-11-23","Other","\'=1+1","0.20","EUR"\r\n');
    await frame.getByRole('button', { name: 'Next month' }).click();
    expect(await frame.locator('#total').textContent()).toBe('€0.00');
  });
});

describe('pomodoro', () => {
  it('ends while it is open, tells so once, and goes on after a reload', async () => {
    await desk.page.clock.install({ time: '2026-11-23T09:00:00Z' });
    let frame = await open('pomodoro');
    await frame.getByRole('button', { name: 'Start', exact: true }).focus();
    await press('Enter');
    await frame.getByRole('button', { name: 'Pause' }).waitFor();
    await eventually(() => stored('pomodoro/timer')).toMatchObject({
      phase: 'focus',
      endsAt: expect.any(Number),
    });

    await desk.page.clock.runFor('10:00');
    frame = await open('pomodoro');
    await frame.getByRole('button', { name: 'Pause' }).waitFor();
    expect(Number((await frame.locator('#time').textContent())?.slice(0, 2))).toBeLessThan(16);

    await desk.page.clock.runFor('16:00');
    const notices = (): string[] =>
      desk.host.requests.flatMap((request) => (request.op === 'notify' ? [request.title] : []));
    await eventually(notices).toEqual(['Focus is over']);
    await frame.getByText('1 round finished today').waitFor();
    expect(stored('pomodoro/timer')).toMatchObject({
      phase: 'short',
      endsAt: null,
      log: { '2026-11-23': 1 },
    });
  });

  it('counts a round that ended while it was closed', async () => {
    const endsAt = Date.parse('2026-11-22T20:00:00Z');
    desk.host.stored.set(
      'pomodoro/timer',
      JSON.stringify({ phase: 'focus', endsAt, settings: { auto: true } }),
    );
    await open('pomodoro');
    await eventually(() => stored('pomodoro/timer')).toMatchObject({
      phase: 'short',
      endsAt: null,
      log: { '2026-11-22': 1 },
    });
  });
});

describe('habit-tracker', () => {
  it('ticks by keyboard, counts streaks and keeps them', async () => {
    await desk.page.clock.setFixedTime('2026-11-26T12:00:00+01:00');
    let frame = await open('habit-tracker');
    await press('n');
    await type('Read');
    await press('Enter', 'Space', 'ArrowLeft', 'Space', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'Space');
    expect(await frame.locator('#week').textContent()).toBe('16 Nov – 22 Nov');
    expect(await texts(frame, '.streak strong')).toEqual(['2']);
    await eventually(() => stored('habit-tracker/habits')).toMatchObject({
      items: [{ name: 'Read', days: { '2026-11-22': true, '2026-11-25': true, '2026-11-26': true } }],
    });

    frame = await open('habit-tracker');
    await frame.getByRole('button', { name: 'Edit Read' }).click();
    await frame.getByRole('button', { name: 'Delete' }).click();
    await frame.getByText('No habits yet').waitFor();
    await frame.getByRole('button', { name: 'Undo' }).click();
    await frame.getByRole('button', { name: 'Read, Thursday 26 November', pressed: true }).waitFor();
  });
});

describe('kanban', () => {
  const column = (frame: Frame, name: string): Promise<string[]> =>
    texts(frame, `section[aria-label="${name}"] [data-card] > span`);

  it('adds and moves cards by keyboard', async () => {
    let frame = await open('kanban');
    await press('n');
    for (const title of ['One', 'Two', 'Three']) {
      await type(title);
      await press('Enter');
    }
    await press('Escape');
    await frame.getByRole('button', { name: 'Three' }).focus();
    await press('Alt+ArrowUp', 'Alt+ArrowUp', 'Alt+ArrowRight');
    expect(await column(frame, 'To do')).toEqual(['One', 'Two']);
    expect(await column(frame, 'Doing')).toEqual(['Three']);
    expect(await frame.locator('#told').textContent()).toBe('Doing, place 1');
    await press('ArrowLeft', 'Delete');
    expect(await column(frame, 'To do')).toEqual(['Two']);
    await press('Control+z');
    await eventually(() => column(frame, 'To do')).toEqual(['One', 'Two']);
    await eventually(() => JSON.stringify(stored('kanban/board'))).toContain('"title":"One"');

    frame = await open('kanban');
    await eventually(() => column(frame, 'Doing')).toEqual(['Three']);
    expect(await column(frame, 'To do')).toEqual(['One', 'Two']);
  });

  it('moves a card by mouse, and removes a column with a way back', async () => {
    desk.host.stored.set(
      'kanban/board',
      JSON.stringify({
        columns: [
          { id: 'a', title: 'A' },
          { id: 'b', title: 'B' },
        ],
        cards: [
          { id: '1', title: 'One', column: 'a' },
          { id: '2', title: 'Two', column: 'b' },
        ],
      }),
    );
    const frame = await open('kanban');
    await frame.getByRole('button', { name: 'One' }).hover();
    await desk.page.mouse.down();
    const target = await frame.getByRole('button', { name: 'Two' }).boundingBox();
    await desk.page.mouse.move((target?.x ?? 0) + 30, (target?.y ?? 0) + 2, { steps: 8 });
    await desk.page.mouse.up();
    await eventually(() => column(frame, 'B')).toEqual(['One', 'Two']);
    expect(await frame.locator('#dialog').isVisible()).toBe(false);
    await frame.getByRole('button', { name: 'Delete the column B' }).click();
    expect(await frame.locator('[data-card]').count()).toBe(0);
    await frame.getByRole('button', { name: 'Undo' }).click();
    expect(await column(frame, 'B')).toEqual(['One', 'Two']);
  });
});

describe('sketch', () => {
  it('draws with mouse and keyboard, erases, undoes and exports', async () => {
    let frame = await open('sketch');
    const box = await frame.locator('#sheet').boundingBox();
    if (!box) throw new Error('no sheet');
    await desk.page.mouse.move(box.x + 50, box.y + 50);
    await desk.page.mouse.down();
    await desk.page.mouse.move(box.x + 300, box.y + 200, { steps: 10 });
    await desk.page.mouse.up();
    await frame.locator('#sheet').focus();
    await press('Space', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'Space');
    await eventually(() => stored('sketch/drawing')).toMatchObject({
      strokes: [{ c: '#1b1e26' }, { c: '#1b1e26' }],
    });
    await press('Control+z');
    await eventually(() => stored('sketch/drawing')).toMatchObject({ strokes: [{}] });
    await press('Control+Shift+z');
    await eventually(() => stored('sketch/drawing')).toMatchObject({ strokes: [{}, {}] });

    frame = await open('sketch');
    await frame.getByLabel('Sheet with 2 strokes').waitFor();
    const { name, content } = await download(() => frame.getByRole('button', { name: /PNG/ }).click());
    expect(name).toBe('sketch.png');
    expect(content.subarray(1, 4).toString()).toBe('PNG');
    await frame.getByRole('button', { name: 'Clear the sheet' }).click();
    await frame.getByLabel('Empty sheet').waitFor();
    await frame.getByRole('button', { name: 'Undo', exact: true }).last().click();
    await frame.getByLabel('Sheet with 2 strokes').waitFor();
  });
});

describe('calculator', () => {
  it('works sums out exactly, keeps the tape and says what is wrong', async () => {
    let frame = await open('calculator');
    await type('0.1+0.2');
    expect(await frame.locator('#result').textContent()).toBe('= 0.3');
    await press('Enter');
    await frame.getByRole('button', { name: 'Times' }).click();
    await frame.getByRole('button', { name: '5', exact: true }).click();
    await frame.getByRole('button', { name: 'Equals' }).click();
    expect(await frame.locator('#sum').inputValue()).toBe('1.5');
    await press('Escape');
    await type('1/0');
    await press('Enter');
    await frame.getByText('Nothing can be divided by zero').waitFor();

    await eventually(() => stored('calculator/tape')).toMatchObject({
      tape: [{ result: '0.3' }, { result: '1.5' }],
    });
    frame = await open('calculator');
    await frame.getByRole('button', { name: 'Take 0.3×5' }).click();
    expect(await frame.locator('#sum').inputValue()).toBe('0.3×5');
    await frame.getByRole('button', { name: 'Clear the tape' }).click();
    await frame.getByRole('button', { name: 'Undo' }).click();
    await frame.getByRole('button', { name: 'Take 0.3×5' }).waitFor();
  });
});

describe('world-clock', () => {
  it('adds places and knows the difference, also on the day the clocks change here', async () => {
    await desk.page.clock.setFixedTime('2026-03-29T00:30:00Z');
    let frame = await open('world-clock');
    for (const place of ['tokyo', 'new york', 'kolkata']) {
      await frame.locator('#place').focus();
      await type(place);
      await press('Enter');
    }
    const where = (): Promise<string[]> => texts(frame, '.where');
    await eventually(async () => (await where()).slice(1)).toEqual([
      'Sun 29 Mar · 8 h ahead',
      'Sat 28 Mar · 5 h behind',
      'Sun 29 Mar · 4:30 h ahead',
    ]);
    await frame.getByLabel('Look ahead').fill('1');
    expect((await where())[1]).toBe('Sun 29 Mar · 7 h ahead');
    await frame.getByRole('button', { name: 'Back to now' }).click();
    await frame.getByRole('button', { name: 'Move Kolkata up' }).click();
    await frame.getByRole('button', { name: 'Remove Tokyo' }).click();
    await frame.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => stored('world-clock/clocks')).toMatchObject({
      zones: ['Asia/Tokyo', 'Asia/Kolkata', 'America/New_York'],
    });
    frame = await open('world-clock');
    await frame.getByText('Kolkata').waitFor();
  });
});

describe('flashcards', () => {
  it('asks what is due, repeats what was missed and brings the rest back later', async () => {
    await desk.page.clock.setFixedTime('2026-11-23T12:00:00+01:00');
    let frame = await open('flashcards');
    await frame.getByText('Cards', { exact: true }).click();
    for (const [front, back] of [
      ['tree', 'Baum'],
      ['street', 'Straße'],
    ] as const) {
      await type(front);
      await press('Tab');
      await type(back);
      await press('Enter');
    }
    await frame.getByText('Learn', { exact: true }).click();
    await frame.getByText('2 cards left').waitFor();
    await frame.locator('#card').focus();
    await press('Space', '1', 'Space', '2');
    await frame.getByText('1 card left').waitFor();
    await press('Space');
    expect(await frame.locator('#back').textContent()).toBe('Baum');
    await press('2');
    await frame.getByText('All done for today').waitFor();
    await eventually(() => stored('flashcards/cards')).toMatchObject({
      items: [
        { front: 'tree', box: 0, due: '2026-11-24' },
        { front: 'street', box: 1, due: '2026-11-24' },
      ],
    });

    await desk.page.clock.setFixedTime('2026-11-24T12:00:00+01:00');
    frame = await open('flashcards');
    await frame.getByText('2 cards left').waitFor();
  });
});
