import type { NoticeLevel } from '@matrix-os/contracts';
import type { z } from 'zod';
import { createStore, type StoreApi } from 'zustand/vanilla';

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
  dismiss(id: number): void;
  markRead(): void;
  clear(): void;
}

const KEPT = 50;
const SHOWN_AT_ONCE = 4;

export const createNotices = (): Notices => {
  const store: Notices['store'] = createStore(() => ({ toasts: [], list: [], unread: 0 }));
  let nextId = 1;
  return {
    store,
    add(fields) {
      const notice: Notice = { ...fields, id: nextId++, at: new Date() };
      store.setState(({ toasts, list, unread }) => ({
        toasts: [...toasts, notice].slice(-SHOWN_AT_ONCE),
        list: [notice, ...list].slice(0, KEPT),
        unread: unread + 1,
      }));
    },
    dismiss: (id) => store.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
    markRead: () => store.setState({ unread: 0 }),
    clear: () => store.setState({ list: [], unread: 0 }),
  };
};
