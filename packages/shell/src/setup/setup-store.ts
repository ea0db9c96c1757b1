import { SetupPlan } from '@matrix-os/contracts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Api } from '../connection/api.ts';
import { readOwnFile } from '../connection/read-own-file.ts';

/** `unknown` until the home was asked; `first` because the home waits for it, `again` because the owner does. */
type Shown = 'unknown' | 'no' | 'first' | 'again';

export interface SetupStore {
  readonly store: StoreApi<{ readonly shown: Shown }>;
  /** Reads `system/setup-plan.json`; a missing or damaged one counts as done. */
  load(): Promise<void>;
  /** Shows it here and now; other browsers and the next visit know nothing of it. */
  again(): void;
  /** Off the screen at once, and never again by itself. @throws ApiError when the home could not take it down */
  close(state: 'done' | 'skipped'): Promise<void>;
}

const FILE = '/files/system/setup-plan.json';

export const createSetup = ({ api }: { readonly api: Api }): SetupStore => {
  const store: SetupStore['store'] = createStore(() => ({ shown: 'unknown' }));
  let plan = SetupPlan.parse({});
  // Whoever has left it here is not asked again on this page, even when that could not be written down.
  let left = false;

  return {
    store,
    async load() {
      try {
        plan = (await readOwnFile(api, FILE, SetupPlan)) ?? SetupPlan.parse({});
      } finally {
        const { shown } = store.getState();
        // Another browser may have finished it meanwhile.
        if (shown !== 'again') store.setState({ shown: plan.state === 'pending' && !left ? 'first' : 'no' });
      }
    },
    again: () => store.setState({ shown: 'again' }),
    async close(state) {
      const { shown } = store.getState();
      store.setState({ shown: 'no' });
      left = true;
      // To look at it once more and leave changes nothing about its having been done.
      if (shown === 'again' && state === 'skipped' && plan.state !== 'pending') return;
      plan = { ...plan, state, at: new Date().toISOString() };
      await api.fetch(FILE, { method: 'PUT', body: `${JSON.stringify(plan, null, 2)}\n` });
    },
  };
};
