import {
  AppList,
  AppOpening,
  type AppSummary,
  type FileChange,
  FileDeleted,
  type GalleryEntry,
} from '@matrix-os/contracts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Api } from '../connection/api.ts';
import { visibleLine } from '../visible/visible-text.ts';
import { appSignature } from './app-signature.ts';

interface AppsState {
  readonly apps: readonly AppSummary[];
  readonly gallery: readonly GalleryEntry[];
  /** False until the list was fetched once. */
  readonly loaded: boolean;
  /** Counts the changes of an app's own files; its window loads anew with each. */
  readonly versions: Readonly<Record<string, number>>;
  /** What an app wrote beside its name in the title bar. */
  readonly titles: Readonly<Record<string, string>>;
  /** Apps whose frame was taken away, and what for. */
  readonly stopped: Readonly<Record<string, Misdeed>>;
}

/** `flood`: too many calls; `focus`: took the keyboard. */
type Misdeed = 'flood' | 'focus';

export interface AppsStore {
  readonly store: StoreApi<AppsState>;
  refresh(): Promise<void>;
  install(name: string): Promise<void>;
  /** Answers where it lies in the bin. */
  remove(name: string): Promise<string>;
  /** Takes it out of the bin again, with its data. */
  restore(trash: string): Promise<void>;
  /** A fresh address for its frame. */
  opening(name: string): Promise<AppOpening>;
  setTitle(name: string, title: string): void;
  stop(name: string, misdeed: Misdeed): void;
  /** One that was stopped. */
  start(name: string): void;
  /** Calls back once the app's files are there; forgotten after a minute. */
  whenReady(name: string, ready: (app: AppSummary) => void): void;
  filesChanged(changes: readonly FileChange[]): void;
  /** Told of every change of an app's data, by whoever made it; a null key means many. */
  onDataChanged(app: string, listener: (key: string | null) => void): () => void;
}

const SETTLE_MS = 300;
const PATIENCE_MS = 60_000;
const APP_FILE = /^apps\/([a-z0-9-]+)(?:\/(.*))?$/;
const DATA_FILE = /^data\/([^/]+)\.json$/;

export const createApps = (options: {
  readonly api: Api;
  readonly setTimer?: typeof setTimeout;
}): AppsStore => {
  const { api } = options;
  const store: AppsStore['store'] = createStore(() => ({
    apps: [],
    gallery: [],
    loaded: false,
    versions: {},
    titles: {},
    stopped: {},
  }));
  const waiting = new Map<string, { until: number; ready: (app: AppSummary) => void }>();
  const listeners = new Map<string, Set<(key: string | null) => void>>();
  const touched = new Set<string>();
  /** Of each app when its window last loaded. */
  const signatures = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const openReady = (): void => {
    for (const [name, { until, ready }] of waiting) {
      const app = store.getState().apps.find((one) => one.name === name && one.problem === null);
      if (app === undefined && Date.now() < until) continue;
      waiting.delete(name);
      if (app !== undefined) ready(app);
    }
  };

  const refresh = async (): Promise<void> => {
    const { apps, gallery } = await api.get('/api/apps', AppList);
    store.setState({ apps: apps.map(shown), gallery: gallery.map(shown), loaded: true });
    openReady();
  };

  const settle = async (): Promise<void> => {
    const names = [...touched];
    touched.clear();
    await refresh().catch(() => undefined);
    for (const name of names) {
      const before = signatures.get(name);
      const now = before === undefined ? undefined : await appSignature(api, name).catch(() => undefined);
      if (now === undefined || now === before) continue;
      store.setState(({ versions }) => ({ versions: { ...versions, [name]: (versions[name] ?? 0) + 1 } }));
    }
  };

  return {
    store,
    refresh,
    async install(name) {
      await api.send('POST', '/api/apps', { name });
      await refresh();
    },
    async remove(name) {
      const { trash } = await api.call('DELETE', `/api/apps/${name}`, FileDeleted);
      await refresh();
      return trash;
    },
    async restore(trash) {
      await api.send('POST', '/api/files/restore', { trash });
      await refresh();
    },
    async opening(name) {
      // Before the frame loads: what changes from here on makes it load again.
      signatures.set(name, await appSignature(api, name));
      return api.call('POST', `/api/apps/${name}/open`, AppOpening);
    },
    setTitle: (name, title) =>
      store.setState(({ titles }) => ({ titles: { ...titles, [name]: visibleLine(title) } })),
    stop: (name, misdeed) => store.setState(({ stopped }) => ({ stopped: { ...stopped, [name]: misdeed } })),
    start: (name) =>
      store.setState(({ stopped }) => ({
        stopped: Object.fromEntries(Object.entries(stopped).filter(([one]) => one !== name)),
      })),
    whenReady(name, ready) {
      waiting.set(name, { until: Date.now() + PATIENCE_MS, ready });
      void refresh().catch(() => undefined);
    },
    filesChanged(changes) {
      for (const { path } of changes) {
        const [, app, rest = ''] = APP_FILE.exec(path) ?? [];
        if (app === undefined) continue;
        if (rest === 'data' || rest.startsWith('data/')) {
          const key = DATA_FILE.exec(rest)?.[1] ?? null;
          for (const listener of listeners.get(app) ?? []) listener(key);
        } else touched.add(app);
      }
      if (touched.size === 0) return;
      // An app is written file by file; its window loads when the writing pauses.
      clearTimeout(timer);
      timer = setTimeout(() => void settle(), SETTLE_MS);
    },
    onDataChanged(app, listener) {
      const set = listeners.get(app) ?? new Set();
      listeners.set(app, set.add(listener));
      return () => set.delete(listener);
    },
  };
};

/** What an app calls itself stands beside what the desktop says. */
const shown = <App extends Pick<AppSummary, 'name' | 'title' | 'description'>>(app: App): App => ({
  ...app,
  title: visibleLine(app.title) || app.name,
  description: visibleLine(app.description),
});
