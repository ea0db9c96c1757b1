import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import {
  createGalleryDesk,
  eventually,
  faintText,
  type GalleryDesk,
  namelessControls,
  sidewaysScroll,
} from './gallery.fixture.ts';

/** For every app: a key, what a used app keeps there, and a text that then shows. */
const LONG = 'A very long title thatcannotbebrokenanywherebecauseithasnospaceswhatsoever and goes on and on';
const SAMPLES: Readonly<Record<string, { key: string; value: unknown; shows: string }>> = {
  todo: {
    key: 'todos',
    value: {
      items: [
        { id: 'a', text: 'Water the plants', done: false },
        { id: 'b', text: LONG, done: true },
      ],
    },
    shows: 'Water the plants',
  },
  notes: {
    key: 'note-a',
    value: { text: `Plants\n${LONG}`, updated: '2026-11-20T10:00:00Z' },
    shows: 'Plants',
  },
  calendar: {
    key: 'events',
    value: {
      items: [
        { id: 'a', title: 'Water plants', date: '2020-01-01', repeat: 'daily' },
        { id: 'b', title: LONG, date: '2020-01-01', repeat: 'daily', start: '09:00' },
      ],
    },
    shows: 'Water plants',
  },
  'expense-tracker': {
    key: 'expenses',
    value: {
      currency: 'EUR',
      items: [
        { id: 'a', cents: 1250, date: today(), category: 'Home', note: 'Plants' },
        { id: 'b', cents: 99_999_999_999, date: today(), category: LONG.slice(0, 40), note: LONG },
      ],
    },
    shows: 'Plants',
  },
  pomodoro: {
    key: 'timer',
    value: { phase: 'short', round: 2, remaining: 61_000, endsAt: null },
    shows: '01:01',
  },
  'habit-tracker': {
    key: 'habits',
    value: {
      items: [
        { id: 'a', name: 'Water plants', colour: 'green', days: { [today()]: true } },
        { id: 'b', name: LONG },
      ],
    },
    shows: 'Water plants',
  },
  kanban: {
    key: 'board',
    value: {
      columns: [{ id: 'c', title: 'Garden' }],
      cards: [
        { id: 'a', title: 'Water plants', column: 'c' },
        { id: 'b', title: LONG, column: 'c', notes: LONG, colour: 'red' },
      ],
    },
    shows: 'Water plants',
  },
  calculator: {
    key: 'tape',
    value: {
      tape: [
        { sum: '6×7', result: '42' },
        { sum: '9'.repeat(150), result: '1e150' },
      ],
    },
    shows: '= 42',
  },
  'world-clock': {
    key: 'clocks',
    value: { zones: ['Asia/Tokyo', 'America/Argentina/Buenos_Aires'] },
    shows: 'Tokyo',
  },
  flashcards: {
    key: 'cards',
    value: {
      items: [
        { id: 'a', front: 'Tree', back: 'Baum', deck: 'German' },
        { id: 'b', front: LONG, back: LONG, deck: LONG.slice(0, 40) },
      ],
    },
    shows: 'Tree',
  },
  sketch: {
    key: 'drawing',
    value: { strokes: [{ id: 'a', c: '#d43a34', w: 9, p: [10, 10, 60, 800, 500, 60] }] },
    shows: '',
  },
};

function today(): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(new Date());
}

/** Nothing of these can be shown, so that a copy must be kept before the app writes. */
const HOPELESS: readonly unknown[] = [42, [null, 7, {}]];
/** Shapes that are wrong in parts, or not at all for some apps. */
const ODD: readonly unknown[] = [
  'a text',
  null,
  { items: 'x', strokes: 'x', columns: 'x', cards: 3, settings: 'x', text: 5 },
  {
    items: [null, 5, { id: {}, title: 9 }],
    strokes: [{ p: 'x' }],
    columns: [null],
    cards: [[]],
    phase: '__proto__',
  },
];

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const withDesk = async (
  options: Parameters<typeof createGalleryDesk>[1],
  run: (desk: GalleryDesk) => Promise<void>,
): Promise<void> => {
  const desk = await createGalleryDesk(browser, options);
  try {
    await run(desk);
    expect(desk.complaints).toEqual([]);
    expect(desk.host.refused).toEqual([]);
  } finally {
    await desk.close();
  }
};

const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };

it('has a sample for every app of the gallery', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(
    readdirSync(join(import.meta.dirname, '../../home/gallery')).sort(),
  );
});

describe.each(Object.entries(SAMPLES))('the app %s', (app, { key, value, shows }) => {
  it.each(['light', 'dark'] as const)(
    'is readable and named on a phone in %s, empty and in use',
    async (theme) => {
      await withDesk(phone, async ({ page, host }) => {
        for (const stored of [undefined, value]) {
          if (stored) host.stored.set(`${app}/${key}`, JSON.stringify(stored));
          const [frame] = await host.open(page, app, { theme });
          if (!frame) throw new Error('no frame');
          if (stored && shows) await frame.getByText(shows, { exact: true }).first().waitFor();
          await frame.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));
          expect(await sidewaysScroll(frame)).toBe(0);
          expect(await namelessControls(frame)).toEqual([]);
          expect(await faintText(frame)).toEqual([]);
        }
      });
    },
  );

  it('follows a change of the theme', async () => {
    await withDesk({}, async ({ page, host }) => {
      const [frame] = await host.open(page, app, { theme: 'light' });
      const brightness = (): Promise<number> | undefined =>
        frame?.evaluate(() => {
          const [red = 0] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g) ?? [];
          return Number(red);
        });
      expect(await brightness()).toBeGreaterThan(200);
      await host.setTheme(page, 'dark');
      await frame?.waitForSelector('html[data-theme=dark]');
      expect(await brightness()).toBeLessThan(60);
    });
  });

  it('opens with damaged data, keeps a copy of it and goes on', async () => {
    await withDesk({}, async ({ page, host }) => {
      for (const damage of [...HOPELESS, ...ODD]) {
        host.stored.clear();
        host.stored.set(`${app}/${key}`, JSON.stringify(damage));
        const [frame] = await host.open(page, app);
        if (HOPELESS.includes(damage))
          await eventually(() => host.stored.get(`${app}/${key}-damaged`)).toBe(JSON.stringify(damage));
        await host.write(page, app, key, value);
        if (shows) await frame?.getByText(shows, { exact: true }).first().waitFor();
      }
    });
  });

  it('fits into 320 pixels', async () => {
    await withDesk({ viewport: { width: 320, height: 560 } }, async ({ page, host }) => {
      host.stored.set(`${app}/${key}`, JSON.stringify(value));
      const [frame] = await host.open(page, app);
      if (!frame) throw new Error('no frame');
      if (shows) await frame.getByText(shows, { exact: true }).first().waitFor();
      expect(await sidewaysScroll(frame)).toBe(0);
    });
  });
});
