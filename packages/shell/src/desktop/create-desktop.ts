import type { FileChange, QueueState } from '@matrix-os/contracts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type AppsStore, createApps } from '../apps/apps-store.ts';
import { createInOrder, type InOrder } from '../apps/in-order.ts';
import { type Chat, createChat } from '../chat/chat-store.ts';
import { createProposals, type Proposal, type Proposals } from '../chat/proposals.ts';
import { type Api, ApiError, createApi, explain } from '../connection/api.ts';
import { createEventStream, type EventStream, type StreamStatus } from '../connection/event-stream.ts';
import { openSocket } from '../connection/page-key.ts';
import { socketUrl } from '../connection/socket-url.ts';
import { createScreenKeyboard, type ScreenKeyboard } from '../keyboard/keyboard-store.ts';
import { createSetup, type SetupStore } from '../setup/setup-store.ts';
import { builtIn } from './built-in.ts';
import { createNoticeMarks } from './notice-marks.ts';
import { createNotices, type Notices } from './notices.ts';
import { createOpenAppsMark } from './open-apps-mark.ts';
import { routeFrames } from './route-frames.ts';
import { createThemeStore, type ThemeStore } from './theme-store.ts';
import { createUnsavedLayout } from './unsaved-layout.ts';
import { isInSight } from './window-state.ts';
import { createWindows, type WindowsStore } from './windows-store.ts';

/** Tells those who listen what changed in the home. */
interface FileEvents {
  subscribe(listener: (changes: readonly FileChange[]) => void): () => void;
  /** Changes may have been missed: everyone lists again. */
  onMissed(listener: () => void): () => void;
}

export interface Desktop {
  readonly api: Api;
  readonly chat: Chat;
  readonly proposals: Proposals;
  readonly apps: AppsStore;
  readonly windows: WindowsStore;
  readonly notices: Notices;
  readonly theme: ThemeStore;
  readonly setup: SetupStore;
  readonly keyboard: ScreenKeyboard;
  readonly files: FileEvents;
  readonly connection: StoreApi<{ readonly status: StreamStatus; readonly queue: QueueState | null }>;
  readonly stream: EventStream;
  /** One lane per key of an app's data, whichever of its windows writes. */
  readonly inOrder: InOrder;
  /** Puts what an app would like to have asked before the owner, who may be in the middle of something else. */
  propose(proposal: Omit<Proposal, 'id'>): void;
  /** Opens an app's window in the size it asks for. */
  openApp(name: string): void;
  /** Runs a command of the owner's; a failure becomes a notice. */
  attempt(title: string, action: () => Promise<unknown>): Promise<boolean>;
  start(): void;
  /** The page is being left, or put out of sight. */
  leave(): void;
  stop(): void;
}

/** Everything behind the desktop's screen, wired once per page. */
export const createDesktop = (options: {
  readonly location: Pick<Location, 'protocol' | 'host' | 'hostname'>;
  readonly fetch: typeof fetch;
  readonly area: { readonly width: number; readonly height: number };
  readonly systemDark: MediaQueryList;
  readonly onSignedOut: () => void;
}): Desktop => {
  const { onSignedOut } = options;
  const api = createApi({ fetch: options.fetch, onSignedOut });
  const chat = createChat({ api });
  const apps = createApps({ api });
  const mark = createOpenAppsMark({
    local: () => window.localStorage,
    session: () => window.sessionStorage,
    now: Date.now,
    visible: () => !document.hidden,
  });
  const windows = createWindows({
    api,
    area: options.area,
    unsaved: createUnsavedLayout(() => window.localStorage),
    mark,
  });
  const notices = createNotices(createNoticeMarks(() => window.localStorage));
  const theme = createThemeStore({ api, systemDark: options.systemDark });
  const setup = createSetup({ api });
  const proposals = createProposals();
  const keyboard = createScreenKeyboard({
    api,
    hostname: options.location.hostname,
    active: () => document.activeElement,
    storage: () => window.localStorage,
  });
  const connection: Desktop['connection'] = createStore(() => ({ status: 'connecting', queue: null }));
  const changed = new Set<(changes: readonly FileChange[]) => void>();
  const missed = new Set<() => void>();

  const openApp = (name: string) => {
    const app = apps.store.getState().apps.find((one) => one.name === name);
    windows.open(`app:${name}`, app?.window);
  };

  const stream = createEventStream({
    url: socketUrl('/ws', options.location),
    openSocket,
    onStatus(status) {
      connection.setState({ status });
      if (status === 'signed_out') onSignedOut();
    },
    isSignedOut: async () => {
      const response = await options.fetch('/auth/session');
      return response.status === 401;
    },
    onFrame: routeFrames({
      api,
      chat,
      apps,
      windows,
      notices,
      theme,
      setup,
      keyboard,
      openApp,
      onQueue: (queue) => connection.setState({ queue }),
      onFiles: (changes) => changed.forEach((listener) => void listener(changes)),
      onMissed: () => missed.forEach((listener) => void listener()),
    }),
  });

  return {
    api,
    chat,
    proposals,
    apps,
    windows,
    notices,
    theme,
    setup,
    keyboard,
    connection,
    stream,
    inOrder: createInOrder(),
    openApp,
    propose(proposal) {
      const isFirst = proposals.put(proposal);
      const { windows: all, area } = windows.store.getState();
      // Where the card is seen, or its app has told of one before, another word would only be noise.
      if (!isFirst || isInSight(all, 'chat', area)) return;
      notices.add({
        level: 'info',
        title: `${proposal.title} has a proposal`,
        message: '',
        action: { label: 'Show', run: () => windows.open('chat', builtIn('chat')?.size) },
      });
    },
    files: {
      subscribe: (listener) => join(changed, listener),
      onMissed: (listener) => join(missed, listener),
    },
    async attempt(title, action) {
      try {
        await action();
        return true;
      } catch (error) {
        const signedOut = error instanceof ApiError && error.status === 401;
        if (!signedOut) notices.add({ level: 'error', title, message: explain(error) });
        return false;
      }
    },
    start: () => stream.start(),
    leave: () => mark.leave(),
    stop: () => stream.stop(),
  };
};

const join = <T>(set: Set<T>, listener: T): (() => void) => {
  set.add(listener);
  return () => void set.delete(listener);
};
