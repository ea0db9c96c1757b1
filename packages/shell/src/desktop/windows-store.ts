import { Layout } from '@matrix-os/contracts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Api } from '../connection/api.ts';
import { readOwnFile } from '../connection/read-own-file.ts';
import type { OpenAppsMark } from './open-apps-mark.ts';
import type { UnsavedLayout } from './unsaved-layout.ts';
import {
  closeWindow,
  cycleWindows,
  focusedWindow,
  focusWindow,
  fromLayout,
  minimizeWindow,
  openWindow,
  placeWindow,
  type Rect,
  type Size,
  toggleMaximized,
  toLayout,
  type WindowId,
  type Windows,
} from './window-state.ts';

export interface WindowsStore {
  readonly store: StoreApi<{
    readonly windows: Windows;
    readonly area: Size;
    /** Just opened, and not yet given the keyboard. None after a restore. */
    readonly wantsFocus: WindowId | null;
  }>;
  open(id: WindowId, size?: Size): void;
  close(id: WindowId): void;
  focus(id: WindowId): void;
  /** The window that wanted the keyboard has had its chance. */
  focusGiven(): void;
  minimize(id: WindowId): void;
  toggleMaximized(id: WindowId): void;
  place(id: WindowId, rect: Partial<Rect>): void;
  cycle(): void;
  /** The desktop has another size. Windows keep the place they were given, and are shown where they can be reached. */
  resize(area: Size): void;
  /**
   * Reads `system/layout.json`; from then on changes are written there. Answers the apps whose windows stay closed, since the
   * page before this one did not survive them.
   */
  restore(): Promise<readonly string[]>;
  /** The page still answers; to be said each second. */
  alive(): void;
}

const LAYOUT = '/files/system/layout.json';
const SAVE_AFTER_MS = 600;
const AGAIN_AFTER_MS = 3000;
const DEFAULT_SIZE: Size = { width: 760, height: 540 };

export const createWindows = (options: {
  readonly api: Api;
  readonly area: Size;
  readonly unsaved: UnsavedLayout;
  readonly mark: OpenAppsMark;
}): WindowsStore => {
  const { mark, unsaved } = options;
  const store: WindowsStore['store'] = createStore(() => ({
    windows: [],
    area: options.area,
    wantsFocus: null,
  }));
  let saved: Layout | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const current = (before: Layout): string =>
    JSON.stringify({ ...before, windows: toLayout(store.getState().windows) } satisfies Layout, null, 2);

  const save = async (): Promise<void> => {
    timer = undefined;
    if (saved === undefined) return;
    const body = current(saved);
    try {
      await options.api.fetch(LAYOUT, { method: 'PUT', body });
      unsaved.saved(body);
    } catch {
      // Where windows stand is not worth an error.
      timer ??= setTimeout(() => void save(), AGAIN_AFTER_MS);
    }
  };

  const saveSoon = (): void => {
    if (saved !== undefined) unsaved.keep(current(saved));
    clearTimeout(timer);
    timer = setTimeout(() => void save(), SAVE_AFTER_MS);
  };

  const alive = (): void => {
    if (saved === undefined) return;
    const ids = store.getState().windows.map(({ id }) => id);
    mark.keep(ids.filter(isApp).map((id) => id.slice(APP.length)));
  };

  const change = (next: (windows: Windows, area: Size) => Windows) => {
    const { windows, area } = store.getState();
    const changed = next(windows, area);
    if (changed === windows) return;
    const { wantsFocus } = store.getState();
    // Another window has come to the front meanwhile: the keyboard is wanted there.
    const still = wantsFocus === focusedWindow(changed) ? wantsFocus : null;
    store.setState({ windows: changed, wantsFocus: still });
    alive();
    saveSoon();
  };

  return {
    store,
    open(id, size = DEFAULT_SIZE) {
      change((windows, area) => openWindow(windows, id, size, area));
      store.setState({ wantsFocus: id });
    },
    close: (id) => change((windows) => closeWindow(windows, id)),
    focus: (id) => change((windows) => focusWindow(windows, id)),
    focusGiven: () => store.setState({ wantsFocus: null }),
    minimize: (id) => change((windows) => minimizeWindow(windows, id)),
    toggleMaximized: (id) => change((windows) => toggleMaximized(windows, id)),
    place: (id, rect) => change((windows, area) => placeWindow(windows, id, rect, area)),
    cycle: () => change(cycleWindows),
    resize: (area) => store.setState({ area }),
    async restore() {
      const layout = await readOwnFile(options.api, LAYOUT, Layout);
      const opened = store.getState().windows;
      const newer = readLayout(unsaved.read());
      saved = newer ?? layout ?? { windows: [], dock: [] };
      const lost = mark.takeLost();
      const isLost = (id: WindowId) => isApp(id) && lost.includes(id.slice(APP.length));
      const before = fromLayout(saved);
      const closed = before.filter(({ id }) => isLost(id));
      const restored = before.filter(({ id }) => !isLost(id) && !opened.some((window) => window.id === id));
      store.setState({ windows: [...restored, ...opened] });
      alive();
      if (newer !== undefined || closed.length > 0) saveSoon();
      return closed.map(({ id }) => id.slice(APP.length));
    },
    alive,
  };
};

const APP = 'app:';
const isApp = (id: WindowId): boolean => id.startsWith(APP);

const readLayout = (text: string | null): Layout | undefined => {
  try {
    return text === null ? undefined : Layout.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
