import { readFile } from 'node:fs/promises';
import { atomicWriteFile, createSecret, isErrnoException } from '@matrix-os/kit';
import { z } from 'zod';
import { hashSecret } from './hash.ts';

export const LOGIN_LIFETIME_MS = 30 * 24 * 3_600_000;
/** A login is only written again when it would move by this much, so that a busy desktop costs no disk. */
const SLIDE_MS = 3_600_000;
const MAX_LOGINS = 100;

const LoginFile = z.object({ logins: z.array(z.object({ hash: z.string(), expiresAt: z.number() })) });

/** The signed-in browsers. A login's id is the hash of its cookie: safe to keep and to log. */
export interface Logins {
  /** Resolves with the cookie's value once it would survive a crash. */
  create(): Promise<string>;
  /** The login's id; moves its end 30 days away. */
  check(token: string): string | undefined;
  isLive(id: string): boolean;
  end(id: string): Promise<void>;
  onEnd(listener: (id: string) => void): () => void;
}

export const openLogins = async (deps: { path: string; now?: () => number }): Promise<Logins> => {
  const now = deps.now ?? Date.now;
  const expiries = new Map((await load(deps.path)).map((login) => [login.hash, login.expiresAt]));
  const listeners = new Set<(id: string) => void>();

  let writing: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => {
    const write = async () => {
      const logins = [...expiries].map(([hash, expiresAt]) => ({ hash, expiresAt }));
      await atomicWriteFile(deps.path, `${JSON.stringify({ logins })}\n`, { mode: 0o600 });
    };
    writing = writing.then(write, write);
    return writing;
  };
  const forget = (id: string) => {
    if (!expiries.delete(id)) return;
    for (const listener of listeners) listener(id);
  };
  const isLive = (id: string) => {
    const expiresAt = expiries.get(id);
    if (expiresAt === undefined) return false;
    if (now() < expiresAt) return true;
    forget(id);
    return false;
  };

  return {
    isLive,
    async create() {
      for (const id of [...expiries.keys()]) isLive(id);
      const oldest = expiries.keys().next();
      if (expiries.size >= MAX_LOGINS && !oldest.done) forget(oldest.value);
      const token = createSecret(32);
      expiries.set(hashSecret(token), now() + LOGIN_LIFETIME_MS);
      await save();
      return token;
    },
    check(token) {
      const id = hashSecret(token);
      if (!isLive(id)) return undefined;
      const end = now() + LOGIN_LIFETIME_MS;
      if (end - (expiries.get(id) ?? 0) >= SLIDE_MS) {
        expiries.set(id, end);
        // A disk that is full must not sign the owner out: the login holds until a restart.
        save().catch(() => undefined);
      }
      return id;
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
