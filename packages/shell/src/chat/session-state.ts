import type { EventEnvelope, KernelEvent, SessionHistory, Turn, TurnPart } from '@matrix-os/contracts';

export type Approval = Extract<KernelEvent, { type: 'approval' }>;

/** A turn as the gateway keeps it, and what is only true while it runs. */
export interface LiveTurn extends Turn {
  /** 1 is next; null when it doesn't wait. */
  readonly position: number | null;
  /** Waiting for the owner's yes or no. */
  readonly approvals: readonly Approval[];
}

export interface SessionState {
  readonly turns: readonly LiveTurn[];
  /** Events up to here are in `turns`. */
  readonly lastSeq: number;
}

export const fromHistory = (history: SessionHistory): SessionState => ({
  turns: history.turns.map((turn) => ({
    ...turn,
    position: null,
    approvals: history.pending.flatMap((envelope) =>
      envelope.turn === turn.id && envelope.event.type === 'approval' ? [envelope.event] : [],
    ),
  })),
  lastSeq: history.lastSeq,
});

/** Takes in one event of the session. One that is known already changes nothing, so a replay is harmless. */
export const reduceSession = (state: SessionState, envelope: EventEnvelope): SessionState => {
  if (envelope.seq <= state.lastSeq) return state;
  const { turn: id, event } = envelope;
  if (id === null) return { ...state, lastSeq: envelope.seq };
  const known = state.turns.some((turn) => turn.id === id);
  const turns = known ? state.turns : [...state.turns, newTurn(id, '', envelope.at)];
  return {
    turns: turns.map((turn) => (turn.id === id ? reduceTurn(turn, event) : turn)),
    lastSeq: envelope.seq,
  };
};

/** The gateway has taken our message: shown before its first event arrives. */
export const acceptTurn = (state: SessionState, id: string, prompt: string, at: string): SessionState =>
  state.turns.some((turn) => turn.id === id)
    ? {
        ...state,
        turns: state.turns.map((turn) => (turn.id === id && !turn.prompt ? { ...turn, prompt } : turn)),
      }
    : { ...state, turns: [...state.turns, newTurn(id, prompt, at)] };

export const isActive = (turn: Turn): boolean => turn.status === 'queued' || turn.status === 'running';

const newTurn = (id: string, prompt: string, at: string): LiveTurn => ({
  id,
  status: 'queued',
  engine: null,
  prompt,
  parts: [],
  stop: null,
  error: null,
  usage: null,
  costUsd: null,
  durationMs: null,
  startedAt: at,
  files: [],
  undo: 'none',
  position: null,
  approvals: [],
});

const reduceTurn = (turn: LiveTurn, event: KernelEvent): LiveTurn => {
  switch (event.type) {
    case 'queued':
      return { ...turn, position: event.position };
    case 'start':
      return { ...turn, status: 'running', engine: event.engine, prompt: event.text, position: null };
    case 'text':
      return { ...turn, parts: appendText(turn.parts, event.delta) };
    case 'tool_start': {
      const { id, name, summary } = event;
      return { ...turn, parts: [...turn.parts, { type: 'tool', id, name, summary, ok: null }] };
    }
    case 'tool_end':
      return {
        ...turn,
        parts: turn.parts.map((part) =>
          part.type === 'tool' && part.id === event.id
            ? { ...part, ok: event.ok, summary: event.summary || part.summary }
            : part,
        ),
      };
    case 'approval':
      return { ...turn, approvals: [...turn.approvals.filter(({ id }) => id !== event.id), event] };
    case 'approval_resolved':
      return { ...turn, approvals: turn.approvals.filter(({ id }) => id !== event.id) };
    case 'result':
      return {
        ...ended(turn),
        status: event.stop === 'cancelled' ? 'cancelled' : 'done',
        stop: event.stop,
        usage: event.usage,
        costUsd: event.costUsd,
        durationMs: event.durationMs,
      };
    case 'error': {
      const { code, message, hint } = event;
      return {
        ...ended(turn),
        status: code === 'interrupted' ? 'interrupted' : 'failed',
        error: { code, message, hint },
      };
    }
    case 'snapshot':
      return { ...turn, files: event.files, undo: event.files.length > 0 ? 'possible' : 'none' };
    case 'undone':
      return { ...turn, undo: event.redone ? 'possible' : 'undone' };
    case 'notice':
    case 'window':
      return turn;
  }
};

const ended = (turn: LiveTurn): LiveTurn => ({ ...turn, position: null, approvals: [] });

const appendText = (parts: readonly TurnPart[], delta: string): TurnPart[] => {
  const last = parts.at(-1);
  if (last?.type !== 'text') return [...parts, { type: 'text', text: delta }];
  return [...parts.slice(0, -1), { type: 'text', text: last.text + delta }];
};
