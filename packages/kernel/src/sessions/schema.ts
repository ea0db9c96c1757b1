/** Never change an entry, only add one: `openDatabase` counts them. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    sender TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sessions_by_sender ON sessions (sender, created_at);

  -- What each engine calls our session. Opaque to us.
  CREATE TABLE engine_sessions (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    engine TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (session, engine)
  ) STRICT;

  CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    request TEXT UNIQUE,
    status TEXT NOT NULL,
    engine TEXT,
    prompt TEXT NOT NULL,
    parts TEXT NOT NULL DEFAULT '[]',
    stop TEXT,
    error TEXT,
    usage TEXT,
    cost_usd TEXT,
    duration_ms INTEGER,
    started_at TEXT NOT NULL,
    files TEXT NOT NULL DEFAULT '[]',
    undo TEXT NOT NULL DEFAULT 'none',
    snapshot TEXT
  ) STRICT;
  CREATE INDEX turns_by_session ON turns (session);
  CREATE INDEX turns_open ON turns (status) WHERE status IN ('queued', 'running');

  -- AUTOINCREMENT: a seq is never given twice, even after the newest events were pruned.
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    session TEXT,
    turn TEXT,
    event TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_turn ON events (turn);
  `,
];
