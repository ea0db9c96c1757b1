import type { EventEnvelope, NoticeLevel } from '@matrix-os/contracts';
import type * as z from 'zod/mini';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { visibleLine } from '../visible/visible-text.ts';
import type { NoticeMarks } from './notice-marks.ts';

export interface Notice {
  readonly id: number;
  readonly level: z.infer<typeof NoticeLevel>;
  readonly title: string;
  readonly message: string;
  readonly at: Date;
  readonly action?: { readonly label: string; readonly run: () => void };
}

export interface Notices {
  readonly store: StoreApi<{
    /** On screen now. */
    readonly toasts: readonly Notice[];
    /** Newest first. */
    readonly list: readonly Notice[];
    readonly unread: number;
  }>;
  add(notice: Omit<Notice, 'id' | 'at'>): void;
  /** One that the OS tells now; a second time it is ignored, as is what is no notice. */
  tell(envelope: EventEnvelope): void;
  /** Those told while nobody looked, oldest first: the new ones on screen too, a few at most. */
  catchUp(envelopes: readonly EventEnvelope[], lastSeq: number): void;
  dismiss(id: number): void;
  markRead(): void;
  clear(): void;
}

const KEPT = 50;
const SHOWN_AT_ONCE = 4;
const MISSED_SHOWN = 3;

export const createNotices = (marks: NoticeMarks): Notices => {
  const store: Notices['store'] = createStore(() => ({ toasts: [], list: [], unread: 0 }));
  const known = new Set<number>();
  // As it was when the page came: what is told live meanwhile must not hide what was missed.
  let shown = marks.shown();
  let newest = 0;
  let nextId = 1;

  const put = (added: readonly Notice[], toasted: readonly Notice[], unread: number) =>
    store.setState((state) => ({
      toasts: [...state.toasts, ...toasted].slice(-SHOWN_AT_ONCE),
      list: [...added, ...state.list].sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, KEPT),
      unread: state.unread + unread,
    }));

  const take = ({ seq, at, event }: EventEnvelope): Notice[] => {
    if (event.type !== 'notice' || known.has(seq)) return [];
    known.add(seq);
    newest = Math.max(newest, seq);
    const { level, title, message } = event;
    return [{ id: nextId++, level, ...shownAs({ title, message }), at: new Date(at) }];
  };

  return {
    store,
    add(fields) {
      const notice: Notice = { ...fields, ...shownAs(fields), id: nextId++, at: new Date() };
      put([notice], [notice], 1);
    },
    tell(envelope) {
      const added = take(envelope);
      put(added, added, added.length);
      if (added.length > 0) marks.setShown(newest);
    },
    catchUp(envelopes, lastSeq) {
      // An OS that was put back to an earlier state counts from there again.
      if (lastSeq < Math.max(shown, marks.cleared())) {
        shown = 0;
        known.clear();
        marks.setShown(0);
        marks.setCleared(0);
      }
      const fresh: Notice[] = [];
      const older: Notice[] = [];
      for (const envelope of envelopes) {
        if (envelope.seq <= marks.cleared()) continue;
        (envelope.seq > shown ? fresh : older).push(...take(envelope));
      }
      put([...fresh, ...older].reverse(), fresh.slice(-MISSED_SHOWN), fresh.length);
      shown = Math.max(shown, newest);
      if (newest > 0) marks.setShown(newest);
    },
    dismiss: (id) => store.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
    markRead: () => store.setState({ unread: 0 }),
    clear() {
      marks.setCleared(newest);
      store.setState({ list: [], unread: 0 });
    },
  };
};

/** Models, apps and names of files have a say in notices. */
const shownAs = ({ title, message }: Pick<Notice, 'title' | 'message'>) => ({
  title: visibleLine(title),
  message: visibleLine(message),
});
