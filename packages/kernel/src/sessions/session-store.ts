import type { EngineId, SessionSummary } from '@matrix-os/contracts';
import { AppError, createId } from '@matrix-os/kit';
import { type Principal, senderOf } from '../principal.ts';
import type { Database } from './sqlite.ts';

const MAX_TITLE_CHARACTERS = 60;

export type StoredSession = Omit<SessionSummary, 'busy'>;

export interface SessionStore {
  list(): StoredSession[];
  /** @throws AppError `not_found` */
  get(id: string): StoredSession;
  /** @throws AppError `not_found`, `forbidden` for another's */
  getOwn(principal: Principal, id: string): StoredSession;
  create(principal: Principal, firstMessage: string): StoredSession;
  latestOf(principal: Principal): StoredSession | undefined;
  rename(id: string, title: string): void;
  touch(id: string): void;
  remove(id: string): void;
  engineTokens(id: string): { engine: EngineId; token: string }[];
  engineToken(id: string, engine: EngineId): string | undefined;
  setEngineToken(id: string, engine: EngineId, token: string): void;
}

/** The first line of the first message, cut at a word. */
export const titleFrom = (message: string): string => {
  const line = message.trim().split('\n', 1)[0]?.trim() ?? '';
  if (line.length <= MAX_TITLE_CHARACTERS) return line === '' ? 'New conversation' : line;
  const cut = line.slice(0, MAX_TITLE_CHARACTERS);
  const space = cut.lastIndexOf(' ');
  return `${(space > MAX_TITLE_CHARACTERS / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
};

const toSession = (row: Record<string, unknown>): StoredSession => ({
  id: String(row.id),
  title: String(row.title),
  from: String(row.sender),
  createdAt: String(row.created_at),
  updatedAt: String(row.updated_at),
});

export const createSessionStore = (parts: { database: Database; now?: () => Date }): SessionStore => {
  const { database, now = () => new Date() } = parts;
  const { sql } = database;
  const all = sql.prepare('SELECT * FROM sessions ORDER BY updated_at DESC, rowid DESC');
  const byId = sql.prepare('SELECT * FROM sessions WHERE id = ?');
  const bySender = sql.prepare('SELECT * FROM sessions WHERE sender = ? ORDER BY rowid DESC LIMIT 1');
  const insert = sql.prepare(
    'INSERT INTO sessions (id, title, sender, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
  );
  const setTitle = sql.prepare('UPDATE sessions SET title = ? WHERE id = ?');
  const setUpdated = sql.prepare('UPDATE sessions SET updated_at = ? WHERE id = ?');
  const drop = sql.prepare('DELETE FROM sessions WHERE id = ?');
  const dropEvents = sql.prepare('DELETE FROM events WHERE session = ?');
  const tokens = sql.prepare('SELECT engine, token FROM engine_sessions WHERE session = ?');
  const token = sql.prepare('SELECT token FROM engine_sessions WHERE session = ? AND engine = ?');
  const setToken = sql.prepare(
    'INSERT INTO engine_sessions (session, engine, token) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET token = excluded.token',
  );
  const get = (id: string): StoredSession => {
    const row = byId.get(id);
    if (row === undefined) {
      throw new AppError('not_found', 'That conversation does not exist any more. Start a new one.');
    }
    return toSession(row);
  };
  return {
    list: () => all.all().map(toSession),
    get,
    getOwn(principal, id) {
      const session = get(id);
      if (session.from === senderOf(principal)) return session;
      throw new AppError('forbidden', 'That conversation belongs to somebody else. Start one of your own.');
    },
    create(principal, firstMessage) {
      const at = now();
      const session: StoredSession = {
        id: createId('ses', at.getTime()),
        title: titleFrom(firstMessage),
        from: senderOf(principal),
        createdAt: at.toISOString(),
        updatedAt: at.toISOString(),
      };
      insert.run(session.id, session.title, session.from, session.createdAt, session.updatedAt);
      return session;
    },
    latestOf(principal) {
      const row = bySender.get(senderOf(principal));
      return row === undefined ? undefined : toSession(row);
    },
    rename: (id, title) => void setTitle.run(title, id),
    touch: (id) => void setUpdated.run(now().toISOString(), id),
    remove(id) {
      database.writeDurably(() => {
        drop.run(id);
        dropEvents.run(id);
      });
    },
    engineTokens: (id) =>
      tokens.all(id).map((row) => ({ engine: row.engine as EngineId, token: String(row.token) })),
    engineToken(id, engine) {
      const row = token.get(id, engine);
      return row === undefined ? undefined : String(row.token);
    },
    setEngineToken: (id, engine, value) => void setToken.run(id, engine, value),
  };
};
