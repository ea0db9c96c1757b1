import { describe, expect, it } from 'vitest';
import {
  closeWindow,
  cycleWindows,
  dragRect,
  focusedWindow,
  focusWindow,
  fromLayout,
  keepInReach,
  keepWhole,
  minimizeWindow,
  openWindow,
  placeWindow,
  toggleMaximized,
  toLayout,
  type Windows,
} from './window-state.ts';

const AREA = { width: 1200, height: 800 };
const SIZE = { width: 600, height: 400 };
const open = (...ids: string[]): Windows =>
  ids.reduce<Windows>((windows, id) => openWindow(windows, id, SIZE, AREA), []);
const ids = (windows: Windows) => windows.map(({ id }) => id);

describe('windows', () => {
  it('opens a window once, and in front', () => {
    const windows = openWindow(open('chat', 'files'), 'chat', SIZE, AREA);
    expect(ids(windows)).toEqual(['files', 'chat']);
    expect(focusedWindow(windows)).toBe('chat');
  });

  it('does not put one window exactly over another', () => {
    const spots = open('a', 'b', 'c', 'd').map(({ x, y }) => `${x},${y}`);
    expect(new Set(spots).size).toBe(4);
  });

  it('leaves the chat in sight when something opens beside it', () => {
    const chatOnly = openWindow([], 'chat', { width: 400, height: 640 }, AREA);
    const [chat, app] = openWindow(chatOnly, 'app:todo', SIZE, AREA);
    expect(chat && chat.x + chat.width).toBe(AREA.width - 16);
    expect(app && app.x + app.width).toBeLessThanOrEqual(chat?.x ?? 0);
  });

  it('hands the focus on when a window is minimised or closed', () => {
    const windows = open('a', 'b', 'c');
    expect(focusedWindow(minimizeWindow(windows, 'c'))).toBe('b');
    expect(focusedWindow(closeWindow(windows, 'c'))).toBe('b');
    expect(focusedWindow(minimizeWindow(open('a'), 'a'))).toBeNull();
  });

  it('brings a minimised window back', () => {
    const windows = focusWindow(minimizeWindow(open('a', 'b'), 'a'), 'a');
    expect(windows.at(-1)).toMatchObject({ id: 'a', minimized: false });
  });

  it('reaches every window by cycling', () => {
    let windows = minimizeWindow(open('a', 'b', 'c', 'd'), 'd');
    const seen: (string | null)[] = [];
    for (let i = 0; i < 3; i++) {
      windows = cycleWindows(windows);
      seen.push(focusedWindow(windows));
    }
    expect(seen.toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('keeps the place of a maximised window for later', () => {
    const windows = open('a');
    expect(toggleMaximized(toggleMaximized(windows, 'a'), 'a')).toEqual(windows);
  });

  it.each([
    [{ x: -5000, y: -50, width: 500, height: 300 }],
    [{ x: 5000, y: 5000, width: 500, height: 300 }],
    [{ x: 10, y: 10, width: 9000, height: 9000 }],
    [{ x: 10, y: 10, width: 1, height: 1 }],
  ])('keeps the title bar of %o in reach', (rect) => {
    const kept = keepInReach(rect, AREA);
    expect(kept.x + kept.width).toBeGreaterThanOrEqual(96);
    expect(kept.x).toBeLessThanOrEqual(AREA.width - 96);
    expect(kept.y).toBeGreaterThanOrEqual(0);
    expect(kept.y).toBeLessThanOrEqual(AREA.height - 40);
    expect(kept.width).toBeLessThanOrEqual(AREA.width);
    expect(kept.width).toBeGreaterThanOrEqual(260);
  });

  it('shows all of a window that hung over an edge, or its title bar when all is too much', () => {
    const size = { width: 500, height: 300 };
    expect(keepWhole({ x: 900, y: 700, ...size }, AREA)).toEqual({ x: 700, y: 500, ...size });
    expect(keepWhole({ x: -80, y: 20, ...size }, AREA)).toEqual({ x: 0, y: 20, ...size });
    expect(keepWhole({ x: 40, y: 90, ...size }, { width: 1200, height: 200 })).toMatchObject({ x: 40, y: 0 });
  });

  it('comes back from its layout as it was, in the same order', () => {
    const windows = placeWindow(minimizeWindow(open('a', 'b', 'c'), 'b'), 'c', { x: 40, y: 50 }, AREA);
    expect(fromLayout({ windows: toLayout(windows), dock: [] })).toEqual(windows);
  });

  it('takes a layout that names a window twice', () => {
    const layout = toLayout(open('a'));
    expect(fromLayout({ windows: [...layout, ...layout], dock: [] })).toHaveLength(1);
  });

  it.each(['n', 's', 'e', 'w', 'ne', 'nw', 'se', 'sw'] as const)(
    'resizes at %s and keeps the far edges',
    (grip) => {
      const start = { x: 300, y: 300, width: 400, height: 300 };
      for (const [dx, dy] of [
        [40, 30],
        [-40, -30],
        [900, 900],
        [-900, -900],
      ] as const) {
        const end = dragRect(start, grip, dx, dy);
        if (!grip.includes('w')) expect(end.x).toBe(start.x);
        if (!grip.includes('e')) expect(end.x + end.width).toBe(start.x + start.width);
        if (!grip.startsWith('n')) expect(end.y).toBe(start.y);
        if (!grip.startsWith('s')) expect(end.y + end.height).toBe(start.y + start.height);
        expect(end.width).toBeGreaterThanOrEqual(260);
        expect(end.height).toBeGreaterThanOrEqual(180);
      }
      expect(dragRect(start, grip, 0, 0)).toEqual(start);
    },
  );

  it('moves without changing its size', () => {
    const start = { x: 1, y: 2, width: 400, height: 300 };
    expect(dragRect(start, 'move', 10, -5)).toEqual({ x: 11, y: -3, width: 400, height: 300 });
  });
});
