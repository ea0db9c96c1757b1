import { KeyboardChoices, type KeyPress, SystemInfo } from '@matrix-os/contracts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Api } from '../connection/api.ts';
import { readOwnFile } from '../connection/read-own-file.ts';
import { fieldOf, typeInto } from './type-into.ts';

/** `none`: nothing to type into. */
export type Field = 'none' | 'text' | 'number' | 'terminal';

/** Something that takes keys in its own way: an app's frame, a terminal. */
interface KeyTaker {
  readonly element: Element;
  field(): Field;
  press(press: KeyPress): void;
}

interface KeyboardState {
  readonly choices: KeyboardChoices;
  /** This page is on the appliance's own screen. */
  readonly ownScreen: boolean;
  /** A screen keyboard is wanted here, as soon as there is something to type into. */
  readonly on: boolean;
  readonly field: Field;
  /** Put away by the owner, until the next field. */
  readonly hidden: boolean;
}

export interface ScreenKeyboard {
  readonly store: StoreApi<KeyboardState>;
  /** Finds out whether it is wanted here. */
  load(): Promise<void>;
  /** @throws ApiError when the home could not take it down */
  choose(patch: Partial<Pick<KeyboardChoices, 'mode' | 'layout'>>): Promise<void>;
  /** Answers how to stop taking. */
  takes(taker: KeyTaker): () => void;
  /**
   * Looks at what has the caret now. `again`: the owner has touched it, so a keyboard that was put away comes back. One that is no
   * longer needed stays for a moment: the press that took the caret away may still be going on, and what is pressed must not move.
   */
  look(again: boolean): void;
  press(press: KeyPress): void;
  hide(): void;
  /** Somebody has typed with a real keyboard: there is one, whatever the machine says. */
  realKey(): void;
}

const FILE = '/files/system/keyboard.json';
const KEPT = 'matrix.keyboard';
/** Longer than a press lasts. */
const STAYS_MS = 250;

/** Whether a page shows a screen keyboard. A browser on another device brings its own, so `auto` is for our screen only. */
export const isWanted = (facts: {
  readonly mode: KeyboardChoices['mode'];
  readonly screen: SystemInfo['screen'];
  readonly realKey: boolean;
}): boolean => {
  if (facts.mode !== 'auto') return facts.mode === 'always';
  return facts.screen !== null && !facts.screen.keyboard && !facts.realKey;
};

export const createScreenKeyboard = (options: {
  readonly api: Api;
  /** The page's, to tell the machine's own browser from one elsewhere. */
  readonly hostname: string;
  /** What is focused; an app's frame counts as a whole. */
  readonly active: () => Element | null;
  readonly storage: () => Pick<Storage, 'getItem' | 'setItem'>;
}): ScreenKeyboard => {
  const { api } = options;
  const local = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(options.hostname);
  const takers = new Set<KeyTaker>();
  let screen: SystemInfo['screen'] = null;
  let realKey = false;
  const store: ScreenKeyboard['store'] = createStore(() => ({
    choices: KeyboardChoices.parse({}),
    ownScreen: false,
    on: false,
    field: 'none',
    hidden: false,
  }));

  const set = (patch: Partial<KeyboardState>): void => {
    const { mode } = { ...store.getState(), ...patch }.choices;
    store.setState({ ...patch, ownScreen: screen !== null, on: isWanted({ mode, screen, realKey }) });
  };
  const takerOf = (element: Element | null): KeyTaker | undefined =>
    [...takers].find((taker) => element !== null && taker.element.contains(element));
  const askMachine = async (): Promise<void> => {
    if (local) screen = (await api.get('/api/system', SystemInfo)).screen;
  };

  const field = (): Field => {
    const element = options.active();
    return takerOf(element)?.field() ?? fieldOf(element);
  };
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const leaveSoon = (): void => {
    leaving ??= setTimeout(() => {
      leaving = undefined;
      if (field() === 'none') set({ field: 'none' });
    }, STAYS_MS);
  };

  let asking = false;
  const askAgain = (): void => {
    if (asking) return;
    asking = true;
    void askMachine()
      .then(() => set({}))
      .catch(() => undefined)
      .finally(() => {
        asking = false;
      });
  };

  return {
    store,
    async load() {
      await askMachine();
      if (screen === null) return set({ choices: read(() => options.storage().getItem(KEPT)) });
      set({ choices: (await readOwnFile(api, FILE, KeyboardChoices)) ?? KeyboardChoices.parse({}) });
    },
    async choose(patch) {
      const choices = { ...store.getState().choices, ...patch };
      set({ choices });
      const text = `${JSON.stringify(choices, null, 2)}\n`;
      if (screen !== null) await api.fetch(FILE, { method: 'PUT', body: text });
      else keep(options.storage, text);
    },
    takes(taker) {
      takers.add(taker);
      return () => void takers.delete(taker);
    },
    look(again) {
      const before = store.getState();
      const now = field();
      if (now === 'none') return before.field === 'none' ? undefined : leaveSoon();
      clearTimeout(leaving);
      leaving = undefined;
      if (now !== before.field || (again && before.hidden))
        set({ field: now, hidden: before.hidden && !again });
      // One may have been plugged in or taken away since.
      if (again && screen !== null) askAgain();
    },
    press(press) {
      const element = options.active();
      const taker = takerOf(element);
      if (taker !== undefined) taker.press(press);
      else if (element !== null && fieldOf(element) !== 'none') typeInto(element, press);
      // What had the caret may have gone without a word.
      else store.setState({ field: 'none' });
    },
    hide: () => store.setState({ hidden: true }),
    realKey() {
      if (realKey) return;
      realKey = true;
      set({});
    },
  };
};

const read = (text: () => string | null): KeyboardChoices => {
  try {
    return KeyboardChoices.parse(JSON.parse(text() ?? '{}'));
  } catch {
    return KeyboardChoices.parse({});
  }
};

/** Where the browser lets us; a private window may refuse, and then the choice lasts as long as the page. */
const keep = (storage: () => Pick<Storage, 'setItem'>, text: string): void => {
  try {
    storage().setItem(KEPT, text);
  } catch {
    // Nothing to do: the page works without.
  }
};
