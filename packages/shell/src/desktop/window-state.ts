import type { Layout } from '@matrix-os/contracts';

/** `app:<name>`, or one of the desktop's own: `chat`, `files`, `terminal`, `settings`, `gallery`. */
export type WindowId = string;

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DesktopWindow extends Rect {
  readonly id: WindowId;
  readonly minimized: boolean;
  readonly maximized: boolean;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Back to front: the last one that isn't minimised has the focus. */
export type Windows = readonly DesktopWindow[];

const MIN_SIZE: Size = { width: 260, height: 180 };
/** As much of a title bar as can always be grabbed. */
const GRAB = 96;
const TITLE_BAR = 40;
const MARGIN = 16;
/** Also in `use-narrow.ts`. */
const NARROW = 700;
/** The first column of icons, left free where there is room. Also in `launcher.module.css`. */
const LAUNCHER = 118;

export const focusedWindow = (windows: Windows): WindowId | null =>
  windows.findLast((window) => !window.minimized)?.id ?? null;

/** Whether it can be seen, at least in part: a window that fills the screen covers all behind it. */
export const isInSight = (windows: Windows, id: WindowId, area: Size): boolean => {
  const shown = windows.filter((window) => !window.minimized);
  const covers = (window: DesktopWindow) => window.maximized || area.width < NARROW;
  const at = shown.findIndex((window) => window.id === id);
  return at >= 0 && !shown.slice(at + 1).some(covers);
};

/** Brings the window to the front, made when there is none. */
export const openWindow = (windows: Windows, id: WindowId, size: Size, area: Size): Windows => {
  const known = windows.find((window) => window.id === id);
  if (known !== undefined) return focusWindow(windows, id);
  return [...windows, { id, ...placeNew(windows, id, size, area), minimized: false, maximized: false }];
};

export const closeWindow = (windows: Windows, id: WindowId): Windows =>
  windows.filter((window) => window.id !== id);

export const focusWindow = (windows: Windows, id: WindowId): Windows => {
  const window = windows.find((one) => one.id === id);
  if (window === undefined || (windows.at(-1) === window && !window.minimized)) return windows;
  return [...closeWindow(windows, id), { ...window, minimized: false }];
};

/** Out of sight, and behind every other, so that the next one gets the focus. */
export const minimizeWindow = (windows: Windows, id: WindowId): Windows => {
  const window = windows.find((one) => one.id === id);
  return window === undefined ? windows : [{ ...window, minimized: true }, ...closeWindow(windows, id)];
};

export const toggleMaximized = (windows: Windows, id: WindowId): Windows =>
  focusWindow(
    windows.map((window) => (window.id === id ? { ...window, maximized: !window.maximized } : window)),
    id,
  );

export const placeWindow = (windows: Windows, id: WindowId, rect: Partial<Rect>, area: Size): Windows =>
  windows.map((window) =>
    window.id === id ? { ...window, ...keepInReach({ ...window, ...rect }, area) } : window,
  );

/** The focus to the next window, as the task switcher of any desktop does. */
export const cycleWindows = (windows: Windows): Windows => {
  const next = windows.find((window) => !window.minimized);
  return next === undefined ? windows : focusWindow(windows, next.id);
};

/** Where a window is shown: never larger than the area, and never where its title bar can't be grabbed. */
export const keepInReach = (rect: Rect, area: Size): Rect => {
  const width = Math.max(MIN_SIZE.width, Math.min(rect.width, Math.max(area.width, MIN_SIZE.width)));
  const height = Math.max(MIN_SIZE.height, Math.min(rect.height, Math.max(area.height, MIN_SIZE.height)));
  return {
    x: Math.round(Math.min(Math.max(rect.x, GRAB - width), Math.max(0, area.width - GRAB))),
    y: Math.round(Math.min(Math.max(rect.y, 0), Math.max(0, area.height - TITLE_BAR))),
    width: Math.round(width),
    height: Math.round(height),
  };
};

/** The same, moved until all of it is in the area; its title bar before all else. */
export const keepWhole = (rect: Rect, area: Size): Rect => ({
  ...rect,
  x: Math.max(0, Math.min(rect.x, area.width - rect.width)),
  y: Math.max(0, Math.min(rect.y, area.height - rect.height)),
});

/** Where a window is held: its title bar, or an edge or corner by compass point. */
export type Grip = 'move' | 'n' | 's' | 'e' | 'w' | 'ne' | 'nw' | 'se' | 'sw';

/** The window after its grip has gone `dx`, `dy` from where it was taken. The opposite edge stays. */
export const dragRect = (start: Rect, grip: Grip, dx: number, dy: number): Rect => {
  if (grip === 'move') return { ...start, x: start.x + dx, y: start.y + dy };
  const west = grip.includes('w');
  const north = grip.startsWith('n');
  const grownX = west ? -dx : grip.includes('e') ? dx : 0;
  const grownY = north ? -dy : grip.startsWith('s') ? dy : 0;
  const width = Math.max(MIN_SIZE.width, start.width + grownX);
  const height = Math.max(MIN_SIZE.height, start.height + grownY);
  return {
    x: west ? start.x + start.width - width : start.x,
    y: north ? start.y + start.height - height : start.y,
    width,
    height,
  };
};

/**
 * The chat stands at the right edge, as high as the screen: what it makes opens beside it. Everything else comes in the
 * middle of the room that is left, each window one step down and right of the last.
 */
const placeNew = (windows: Windows, id: WindowId, size: Size, area: Size): Rect => {
  // On a phone, where it fills the screen anyway, a window keeps the size it would like on a desk.
  const width = area.width < NARROW ? size.width : Math.min(size.width, area.width - 2 * MARGIN);
  const height = area.width < NARROW ? size.height : Math.min(size.height, area.height - 2 * MARGIN);
  if (id === 'chat') {
    const tall = Math.max(height, area.height - 2 * MARGIN);
    return { x: area.width - width - MARGIN, y: MARGIN, width, height: tall };
  }
  const chat = windows.find((window) => window.id === 'chat' && !window.minimized);
  const right = (chat !== undefined && chat.x >= width + 2 * MARGIN ? chat.x : area.width) - MARGIN;
  const left = right - width >= LAUNCHER ? LAUNCHER : MARGIN;
  const free = { x: right - width - left, y: area.height - height - 2 * MARGIN };
  const step = windows.filter((window) => window.id !== 'chat').length * 36;
  const x = left + (free.x > 0 ? (free.x / 2 + step) % free.x : 0);
  const y = MARGIN + (free.y > 0 ? (free.y / 3 + step) % free.y : 0);
  return { x: Math.round(x), y: Math.round(y), width, height };
};

/** As it was given: on another screen the windows are only shown elsewhere. */
export const fromLayout = (layout: Layout): Windows =>
  layout.windows.filter((window, i, all) => all.findIndex(({ id }) => id === window.id) === i);

export const toLayout = (windows: Windows): Layout['windows'] => windows.map((window) => ({ ...window }));
