import { Theme } from '@matrix-os/contracts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Api } from '../connection/api.ts';
import { readOwnFile } from '../connection/read-own-file.ts';

export interface ThemeStore {
  readonly store: StoreApi<{ readonly theme: Theme; readonly shown: 'light' | 'dark' }>;
  /** Reads `system/theme.json`; a missing or damaged one counts as the default. */
  load(): Promise<void>;
  change(patch: Partial<Pick<Theme, 'mode' | 'accent'>>): Promise<void>;
}

const FILE = '/files/system/theme.json';

export const createThemeStore = (options: {
  readonly api: Api;
  /** `(prefers-color-scheme: dark)` */
  readonly systemDark: MediaQueryList;
}): ThemeStore => {
  const shownFor = (theme: Theme) =>
    theme.mode === 'auto' ? (options.systemDark.matches ? 'dark' : 'light') : theme.mode;
  const initial = Theme.parse({});
  const store: ThemeStore['store'] = createStore(() => ({ theme: initial, shown: shownFor(initial) }));
  const set = (theme: Theme) => store.setState({ theme, shown: shownFor(theme) });
  options.systemDark.addEventListener('change', () => set(store.getState().theme));

  return {
    store,
    async load() {
      set((await readOwnFile(options.api, FILE, Theme)) ?? initial);
    },
    async change(patch) {
      const theme = { ...store.getState().theme, ...patch };
      set(theme);
      await options.api.fetch(FILE, { method: 'PUT', body: `${JSON.stringify(theme, null, 2)}\n` });
    },
  };
};
