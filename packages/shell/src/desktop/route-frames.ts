import { type EventEnvelope, type FileChange, NoticeList, type QueueState } from '@matrix-os/contracts';
import type { AppsStore } from '../apps/apps-store.ts';
import type { Chat } from '../chat/chat-store.ts';
import type { Api } from '../connection/api.ts';
import type { StreamListener } from '../connection/event-stream.ts';
import type { SetupStore } from '../setup/setup-store.ts';
import type { Notices } from './notices.ts';
import type { ThemeStore } from './theme-store.ts';
import type { WindowsStore } from './windows-store.ts';

/** Brings each frame of the event stream to the parts of the desktop it concerns. */
export const routeFrames = (parts: {
  readonly api: Api;
  readonly chat: Chat;
  readonly apps: AppsStore;
  readonly windows: WindowsStore;
  readonly notices: Notices;
  readonly theme: ThemeStore;
  readonly setup: SetupStore;
  readonly openApp: (name: string) => void;
  readonly onQueue: (queue: QueueState) => void;
  readonly onFiles: (changes: readonly FileChange[]) => void;
  readonly onMissed: () => void;
}): StreamListener => {
  const { chat, apps, windows, notices, theme, setup } = parts;

  /** After the first connection and each later one: file changes are never replayed, and turns may have been cut. */
  const refetch = (lastSeq: number) => {
    const missed = parts.api
      .get('/api/notices', NoticeList)
      .then((list) => notices.catchUp(list.notices, Math.max(lastSeq, list.notices.at(-1)?.seq ?? 0)));
    const refreshing = [chat.refresh(), apps.refresh(), theme.load(), setup.load(), missed];
    // One that fails is fetched again after the reconnect that follows, or says so where it is shown.
    void Promise.allSettled(refreshing);
    parts.onMissed();
  };

  const onEvent = (envelope: EventEnvelope) => {
    chat.apply(envelope);
    const { event } = envelope;
    if (event.type === 'notice') notices.tell(envelope);
    if (event.type !== 'window') return;
    if (event.op === 'close') windows.close(`app:${event.app}`);
    else apps.whenReady(event.app, () => parts.openApp(event.app));
  };

  return (frame) => {
    switch (frame.type) {
      case 'welcome':
        parts.onQueue(frame.queue);
        return refetch(frame.seq);
      case 'queue':
        return parts.onQueue(frame.queue);
      case 'event':
        return onEvent(frame.envelope);
      case 'files':
        apps.filesChanged(frame.changes);
        if (changed(frame.changes, 'system/theme.json')) void theme.load().catch(() => undefined);
        if (changed(frame.changes, 'system/setup-plan.json')) void setup.load().catch(() => undefined);
        return parts.onFiles(frame.changes);
    }
  };
};

const changed = (changes: readonly FileChange[], file: string): boolean =>
  changes.some(({ path }) => path === file);
