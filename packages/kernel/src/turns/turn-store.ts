import type { EngineId, Turn, TurnPart, TurnStatus, Usage } from '@matrix-os/contracts';
import { AppError, createId } from '@matrix-os/kit';
import type { Database } from '../sessions/sqlite.ts';

export interface StoredTurn extends Turn {
  readonly session: string;
  /** The commit that holds the turn's changes, to undo it by. */
  readonly snapshot: string | null;
}

interface TurnEnd {
  readonly status: Exclude<TurnStatus, 'queued' | 'running'>;
  readonly parts: readonly TurnPart[];
  readonly stop?: NonNullable<Turn['stop']>;
  readonly error?: NonNullable<Turn['error']>;
  readonly usage?: Usage;
  readonly costUsd?: string | null;
  readonly durationMs?: number;
}

export interface TurnStore {
  create(turn: { session: string; prompt: string; request: string | undefined }): StoredTurn;
  /** @throws AppError `not_found` */
  get(id: string): StoredTurn;
  byRequest(request: string): StoredTurn | undefined;
  ofSession(session: string): StoredTurn[];
  /** Queued or running, oldest first. */
  open(): StoredTurn[];
  started(id: string, engine: EngineId): void;
  ended(id: string, end: TurnEnd): void;
  changed(id: string, snapshot: string, files: readonly string[]): void;
  undone(id: string, undo: 'possible' | 'undone'): void;
}

const parse = <T>(value: unknown): T | null => (value === null ? null : (JSON.parse(String(value)) as T));

const toTurn = (row: Record<string, unknown>): StoredTurn => ({
  id: String(row.id),
  session: String(row.session),
  status: row.status as TurnStatus,
  engine: row.engine as EngineId | null,
  prompt: String(row.prompt),
  parts: JSON.parse(String(row.parts)) as TurnPart[],
  stop: row.stop as Turn['stop'],
  error: parse(row.error),
  usage: parse(row.usage),
  costUsd: row.cost_usd as string | null,
  durationMs: row.duration_ms === null ? null : Number(row.duration_ms),
  startedAt: String(row.started_at),
  files: JSON.parse(String(row.files)) as string[],
  undo: row.undo as Turn['undo'],
  snapshot: row.snapshot as string | null,
});

export const createTurnStore = (parts: { database: Database; now?: () => Date }): TurnStore => {
  const { database, now = () => new Date() } = parts;
  const { sql } = database;
  const insert = sql.prepare(
    "INSERT INTO turns (id, session, request, status, prompt, started_at) VALUES (?, ?, ?, 'queued', ?, ?)",
  );
  const byId = sql.prepare('SELECT * FROM turns WHERE id = ?');
  const byRequest = sql.prepare('SELECT * FROM turns WHERE request = ?');
  const bySession = sql.prepare('SELECT * FROM turns WHERE session = ? ORDER BY rowid');
  const open = sql.prepare("SELECT * FROM turns WHERE status IN ('queued', 'running') ORDER BY rowid");
  const start = sql.prepare("UPDATE turns SET status = 'running', engine = ? WHERE id = ?");
  const end = sql.prepare(
    'UPDATE turns SET status = ?, parts = ?, stop = ?, error = ?, usage = ?, cost_usd = ?, duration_ms = ? WHERE id = ?',
  );
  const change = sql.prepare("UPDATE turns SET snapshot = ?, files = ?, undo = 'possible' WHERE id = ?");
  const setUndo = sql.prepare('UPDATE turns SET undo = ? WHERE id = ?');
  const get = (id: string): StoredTurn => {
    const row = byId.get(id);
    if (row === undefined) throw new AppError('not_found', 'That message does not exist any more.');
    return toTurn(row);
  };
  return {
    create(turn) {
      const at = now();
      const id = createId('trn', at.getTime());
      insert.run(id, turn.session, turn.request ?? null, turn.prompt, at.toISOString());
      return get(id);
    },
    get,
    byRequest(request) {
      const row = byRequest.get(request);
      return row === undefined ? undefined : toTurn(row);
    },
    ofSession: (session) => bySession.all(session).map(toTurn),
    open: () => open.all().map(toTurn),
    started: (id, engine) => void start.run(engine, id),
    ended(id, { status, parts: turnParts, stop, error, usage, costUsd, durationMs }) {
      end.run(
        status,
        JSON.stringify(turnParts),
        stop ?? null,
        error === undefined ? null : JSON.stringify(error),
        usage === undefined ? null : JSON.stringify(usage),
        costUsd ?? null,
        durationMs ?? null,
        id,
      );
    },
    changed: (id, snapshot, files) => void change.run(snapshot, JSON.stringify(files), id),
    undone: (id, undo) => void setUndo.run(undo, id),
  };
};
