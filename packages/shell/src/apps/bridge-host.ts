import {
  AppDataKeys,
  type BridgeEvent,
  BridgeRequest,
  jsonSize,
  type KeyboardField,
  MAX_APP_DATA_BYTES,
} from '@matrix-os/contracts';
import { type Api, explain } from '../connection/api.ts';
import { createBridgeGate, UNKNOWN } from './bridge-gate.ts';
import type { InOrder } from './in-order.ts';
import { createSlots } from './slots.ts';
import { createTokenBucket } from './token-bucket.ts';

/** What the desktop does for an app beyond its data. */
export interface BridgeDesk {
  /** Shows the owner what the app would like to have asked. */
  propose(text: string): void;
  notify(title: string, message: string): void;
  setTitle(title: string): void;
  theme(): 'light' | 'dark';
  /** What has the caret in the app, as far as it says. */
  fieldChanged(field: KeyboardField): void;
  /** The app says that Ctrl + Alt and this key were pressed in it. */
  shortcut(code: string): void;
  /** The app asks for more than any app needs: it is to be stopped. Said once. */
  flooded(): void;
}

/** The desktop's end of one frame's bridge. The app is known by its frame; nothing it says can name another. */
export interface BridgeHost {
  /** A message that came from the frame, whatever `read` finds in it. What is no request is not answered. */
  receive(read: () => unknown): Promise<void>;
  tell(event: BridgeEvent): void;
  /** Someone wrote the app's data: passed on unless it was this frame itself. A null key means many. */
  dataChanged(key: string | null): Promise<void>;
}

/** Requests of one frame under way. A browser makes six at a time, and the desktop needs some for itself. */
const REQUESTS = 4;
/** Characters an app may save and load: all it has at once, and then as fast as anybody can use it. */
const SAVED = { burst: 2 * MAX_APP_DATA_BYTES, perSecond: 1_000_000 };
const LOADED = { burst: 100_000_000, perSecond: 5_000_000 };
const KNOWN_KEYS = 1200;

export const createBridgeHost = (options: {
  readonly app: string;
  readonly api: Api;
  /** Of the desktop, not of the frame: the last writes of a window that closes come before the reads of the next. */
  readonly inOrder: InOrder;
  readonly desk: BridgeDesk;
  readonly post: (message: unknown) => void;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}): BridgeHost => {
  const { api, desk, post } = options;
  const now = options.now ?? (() => performance.now());
  const gate = createBridgeGate(now);
  const slots = createSlots(REQUESTS);
  const saved = createTokenBucket(SAVED, now);
  const loaded = createTokenBucket(LOADED, now);
  const inOrder = <T>(key: string, step: () => Promise<T>) =>
    options.inOrder(`${options.app}/${key}`, () => slots(step));
  const dataPath = (key: string) => `/api/apps/${options.app}/data/${key}`;
  /** What the frame last read or wrote, as JSON: the way to tell its own writes from others'. */
  const known = new Map<string, string>();
  let stopped = false;

  const remember = (key: string, text: string): void => {
    // Forgotten, an app hears of its own write, which it has to expect anyway.
    if (known.size >= KNOWN_KEYS) known.clear();
    known.set(key, text);
  };

  /** JSON. */
  const read = async (key: string): Promise<string> => {
    for (let wait = loaded.wait(); wait > 0; wait = loaded.wait())
      await new Promise((resolve) => setTimeout(resolve, wait));
    const response = await api.fetch(dataPath(key), {}, [404]);
    const text = response.ok ? await response.text() : 'null';
    loaded.charge(text.length);
    return text;
  };

  const answer = async (request: BridgeRequest): Promise<unknown> => {
    switch (request.op) {
      case 'data.get': {
        const text = await inOrder(request.key, () => read(request.key));
        remember(request.key, text);
        return JSON.parse(text);
      }
      case 'data.set': {
        // Before it is written out, which is the work.
        if (!saved.take(jsonSize(request.value, MAX_APP_DATA_BYTES)))
          throw new Refused('Too much to save at once. Wait a little, then try again.');
        const body = JSON.stringify(request.value);
        remember(request.key, body);
        await inOrder(request.key, () =>
          api.fetch(dataPath(request.key), { method: 'PUT', headers: JSON_TYPE, body }),
        );
        return null;
      }
      case 'data.delete':
        remember(request.key, 'null');
        await inOrder(request.key, () => api.fetch(dataPath(request.key), { method: 'DELETE' }, [404]));
        return null;
      case 'data.keys':
        return (await slots(() => api.get(`/api/apps/${options.app}/data`, AppDataKeys))).keys;
      case 'kernel.ask':
        desk.propose(request.text);
        return null;
      case 'notify':
        desk.notify(request.title, request.message);
        return null;
      case 'window.title':
        desk.setTitle(request.title);
        return null;
      case 'theme.get':
        return { theme: desk.theme() };
      case 'keyboard.field':
        desk.fieldChanged(request.field);
        return null;
      case 'shortcut':
        desk.shortcut(request.code);
        return null;
    }
  };

  return {
    async receive(read) {
      if (stopped) return;
      const verdict = gate.judge(read);
      if (verdict.kind === 'stop') {
        stopped = true;
        desk.flooded();
      }
      if (verdict.kind === 'refuse') post({ matrix: 1, id: verdict.id, ok: false, error: verdict.error });
      if (verdict.kind !== 'pass') return;
      const request = BridgeRequest.safeParse(verdict.data);
      if (!request.success) {
        const id = requestId(verdict.data);
        if (id !== undefined) post({ matrix: 1, id, ok: false, error: UNKNOWN });
        return;
      }
      const { id } = request.data;
      try {
        post({ matrix: 1, id, ok: true, value: await answer(request.data) });
      } catch (error) {
        const message = error instanceof Refused ? error.message : explain(error);
        post({ matrix: 1, id, ok: false, error: message });
      }
    },
    tell: (event) => post(event),
    async dataChanged(key) {
      if (key !== null) {
        const before = known.get(key);
        const text = await slots(() => read(key)).catch(() => 'null');
        // Compared with what is known now: another write of the frame may have overtaken the reading.
        if (text === before || text === known.get(key)) return;
        remember(key, text);
      }
      post({ matrix: 1, event: 'data.changed', key } satisfies BridgeEvent);
    },
  };
};

const JSON_TYPE = { 'Content-Type': 'application/json' };

class Refused extends Error {}

const requestId = (data: unknown): number | undefined =>
  typeof data === 'object' && data !== null && 'id' in data && typeof data.id === 'number'
    ? data.id
    : undefined;
