import { readFile } from 'node:fs/promises';
import { atomicWriteFile, createSecret, isErrnoException } from '@matrix-os/kit';
import { z } from 'zod';
import { hashSecret, sameSecret } from './hash.ts';

export const LOGIN_LIFETIME_MS = 30 * 24 * 3_600_000;
/** A login is only written again when it would move by this much, so that a busy desktop costs no disk. */
const SLIDE_MS = 3_600_000;
const MAX_LOGINS = 100;

const StoredLogin = z.object({ hash: z.string(), keyHash: z.string(), expiresAt: z.number() });
// Logins from before there were keys don't fit, and so are over: they have nothing that would prove them.
const LoginFile = z.object({ logins: z.array(StoredLogin) });

/** The signed-in browsers. A login's id is the hash of its cookie: safe to keep and to log. */
export interface Logins {
  /** Resolves with the cookie's value and the page's key once they would survive a crash. */
  create(): Promise<{ readonly token: string; readonly key: string }>;
  /** The id of the login that the cookie names, which alone proves nothing. */
  find(token: string): string | undefined;
  holdsKey(id: string, key: string): boolean;
  /** Moves its end 30 days away. */
  use(id: string): void;
  isLive(id: string): boolean;
  end(id: string): Promise<void>;
  onEnd(listener: (id: string) => void): () => void;
}

export const openLogins = async (deps: { path: string; now?: () => number }): Promise<Logins> => {
  const now = deps.now ?? Date.now;
  const known = new Map((await load(deps.path)).map(({ hash, ...login }) => [hash, login]));
  const listeners = new Set<(id: string) => void>();

  let writing: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => {
    const write = async () => {
      const logins = [...known].map(([hash, login]) => ({ hash, ...login }));
      await atomicWriteFile(deps.path, `${JSON.stringify({ logins })}\n`, { mode: 0o600 });
    };
    writing = writing.then(write, write);
    return writing;
  };
  const forget = (id: string) => {
    if (!known.delete(id)) return;
    for (const listener of listeners) listener(id);
  };
  const isLive = (id: string) => {
    const login = known.get(id);
    if (login === undefined) return false;
    if (now() < login.expiresAt) return true;
    forget(id);
    return false;
  };

  return {
    isLive,
    async create() {
      for (const id of [...known.keys()]) isLive(id);
      const oldest = known.keys().next();
      if (known.size >= MAX_LOGINS && !oldest.done) forget(oldest.value);
      const [token, key] = [createSecret(32), createSecret(32)];
      known.set(hashSecret(token), { keyHash: hashSecret(key), expiresAt: now() + LOGIN_LIFETIME_MS });
      await save();
      return { token, key };
    },
    find(token) {
      const id = hashSecret(token);
      return isLive(id) ? id : undefined;
    },
    holdsKey(id, key) {
      const login = isLive(id) ? known.get(id) : undefined;
      return login !== undefined && sameSecret(login.keyHash, hashSecret(key));
    },
    use(id) {
      const login = known.get(id);
      const expiresAt = now() + LOGIN_LIFETIME_MS;
      if (login === undefined || expiresAt - login.expiresAt < SLIDE_MS) return;
      known.set(id, { ...login, expiresAt });
      // A disk that is full must not sign the owner out: the login holds until a restart.
      save().catch(() => undefined);
    },
    async end(id) {
      forget(id);
      await save();
    },
    onEnd(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** A damaged file only means signing in again. */
const load = async (path: string): Promise<z.infer<typeof LoginFile>['logins']> => {
  try {
    const parsed = LoginFile.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data.logins : [];
  } catch (error) {
    if (error instanceof SyntaxError || isErrnoException(error, 'ENOENT')) return [];
    throw error;
  }
};
