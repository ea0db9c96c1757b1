import { AppDataKeys, type BridgeEvent, BridgeRequest, type KeyboardField } from '@matrix-os/contracts';
import { type Api, explain } from '../connection/api.ts';
import type { InOrder } from './in-order.ts';

/** What the desktop does for an app beyond its data. */
export interface BridgeDesk {
  ask(text: string): void;
  notify(title: string, message: string): void;
  setTitle(title: string): void;
  theme(): 'light' | 'dark';
  /** What has the caret in the app, as far as it says. */
  fieldChanged(field: KeyboardField): void;
  /** The app says that Ctrl + Alt and this key were pressed in it. */
  shortcut(code: string): void;
}

/** The desktop's end of one frame's bridge. The app is known by its frame; nothing it says can name another. */
export interface BridgeHost {
  /** A message that came from the frame, whatever it is. What is no request is not answered. */
  receive(data: unknown): Promise<void>;
  tell(event: BridgeEvent): void;
  /** Someone wrote the app's data: passed on unless it was this frame itself. A null key means many. */
  dataChanged(key: string | null): Promise<void>;
}

const MAX_NOTICES_PER_MINUTE = 10;

export const createBridgeHost = (options: {
  readonly app: string;
  readonly api: Api;
  /** Of the desktop, not of the frame: the last writes of a window that closes come before the reads of the next. */
  readonly inOrder: InOrder;
  readonly desk: BridgeDesk;
  readonly post: (message: unknown) => void;
}): BridgeHost => {
  const { api, desk, post } = options;
  const inOrder = <T>(key: string, step: () => Promise<T>) => options.inOrder(`${options.app}/${key}`, step);
  const dataPath = (key: string) => `/api/apps/${options.app}/data/${key}`;
  /** What the frame last read or wrote, as JSON: the way to tell its own writes from others'. */
  const known = new Map<string, string>();
  let notices: number[] = [];

  const read = async (key: string): Promise<unknown> => {
    const response = await api.fetch(dataPath(key), {}, [404]);
    return response.ok ? response.json() : null;
  };

  const answer = async (request: BridgeRequest): Promise<unknown> => {
    switch (request.op) {
      case 'data.get': {
        const value = await inOrder(request.key, () => read(request.key));
        known.set(request.key, JSON.stringify(value));
        return value;
      }
      case 'data.set':
        known.set(request.key, JSON.stringify(request.value));
        await inOrder(request.key, () => api.send('PUT', dataPath(request.key), request.value));
        return null;
      case 'data.delete':
        known.set(request.key, 'null');
        await inOrder(request.key, () => api.fetch(dataPath(request.key), { method: 'DELETE' }, [404]));
        return null;
      case 'data.keys':
        return (await api.get(`/api/apps/${options.app}/data`, AppDataKeys)).keys;
      case 'kernel.ask':
        desk.ask(request.text);
        return null;
      case 'notify':
        notices = notices.filter((at) => at > Date.now() - 60_000);
        if (notices.length >= MAX_NOTICES_PER_MINUTE) throw new TooMany();
        notices.push(Date.now());
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
    async receive(data) {
      const request = BridgeRequest.safeParse(data);
      if (!request.success) {
        const id = requestId(data);
        if (id !== undefined)
          post({ matrix: 1, id, ok: false, error: 'This is not a request that Matrix OS knows.' });
        return;
      }
      const { id } = request.data;
      try {
        post({ matrix: 1, id, ok: true, value: await answer(request.data) });
      } catch (error) {
        const message = error instanceof TooMany ? error.message : explain(error);
        post({ matrix: 1, id, ok: false, error: message });
      }
    },
    tell: (event) => post(event),
    async dataChanged(key) {
      if (key !== null) {
        const before = known.get(key);
        const value = JSON.stringify(await read(key).catch(() => null));
        // Compared with what is known now: another write of the frame may have overtaken the reading.
        if (value === before || value === known.get(key)) return;
        known.set(key, value);
      }
      post({ matrix: 1, event: 'data.changed', key } satisfies BridgeEvent);
    },
  };
};

class TooMany extends Error {
  override readonly message = 'Too many notices: at most ten a minute.';
}

const requestId = (data: unknown): number | undefined => {
  if (typeof data !== 'object' || data === null || !('matrix' in data) || data.matrix !== 1) return undefined;
  return 'id' in data && typeof data.id === 'number' ? data.id : undefined;
};
