import {
  type EventEnvelope,
  SessionHistory,
  SessionList,
  type SessionSummary,
  UndoResponse,
} from '@matrix-os/contracts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Api, explain } from '../connection/api.ts';
import { visibleLine } from '../visible/visible-text.ts';
import { deliver, type Outgoing } from './outgoing.ts';
import { acceptTurn, fromHistory, reduceSession, type SessionState } from './session-state.ts';

interface ChatState {
  readonly sessions: readonly SessionSummary[];
  /** Null: a conversation that has not begun. */
  readonly selected: string | null;
  readonly histories: Readonly<Record<string, SessionState>>;
  readonly outgoing: readonly Outgoing[];
  readonly draft: string;
  /** What the last command failed of; shown until the next. */
  readonly problem: string | null;
  /** Grows when something wants the owner to look at the composer. */
  readonly attention: number;
}

export interface Chat {
  readonly store: StoreApi<ChatState>;
  apply(envelope: EventEnvelope): void;
  /** Fetches the list and what is on screen. */
  refresh(): Promise<void>;
  select(session: string | null): Promise<void>;
  setDraft(text: string): void;
  /** Puts text into the composer and the keyboard with it: for what the owner has just asked for, and never for an app. */
  propose(text: string): void;
  /** What the owner is writing stays. */
  send(text: string): Promise<void>;
  dismiss(outgoing: string): void;
  stop(turn: string): Promise<void>;
  decide(approval: string, decision: 'allow' | 'deny', remember: boolean): Promise<void>;
  undo(turn: string): Promise<void>;
  redo(turn: string): Promise<void>;
  rename(session: string, title: string): Promise<void>;
  remove(session: string): Promise<void>;
}

export const createChat = (options: {
  readonly api: Api;
  /** Between the tries to deliver a message. */
  readonly wait?: (attempt: number) => Promise<void>;
}): Chat => {
  const { api } = options;
  const store = createStore<ChatState>(() => ({
    sessions: [],
    selected: null,
    histories: {},
    outgoing: [],
    draft: '',
    problem: null,
    attention: 0,
  }));
  const { getState, setState } = store;
  /** Events of histories that are on their way; whichever is older than the history falls away in the reducer. */
  const early = new Map<string, EventEnvelope[]>();
  // The owner asked for a blank conversation: what happens elsewhere doesn't take it away.
  let blank = false;

  const setHistory = (id: string, history: SessionState) =>
    setState((state) => ({ histories: { ...state.histories, [id]: history } }));

  const load = async (id: string): Promise<void> => {
    early.set(id, []);
    const history = await api.get(`/api/sessions/${id}`, SessionHistory);
    const events = early.get(id) ?? [];
    early.delete(id);
    const loaded = fromHistory(history);
    // Messages sent meanwhile stay, with their place at the end.
    const before = getState().histories[id];
    if (before !== undefined && before.lastSeq > loaded.lastSeq) return;
    setHistory(id, events.reduce(reduceSession, loaded));
  };

  const refreshList = async (): Promise<void> => {
    const { sessions } = await api.get('/api/sessions', SessionList);
    setState({
      sessions: sessions
        .map((session) => ({ ...session, title: visibleLine(session.title) }))
        .toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt)),
    });
  };

  const attempt = async (action: () => Promise<unknown>): Promise<void> => {
    setState({ problem: null });
    await action().catch((error: unknown) => setState({ problem: explain(error) }));
  };

  const markBusy = (id: string, busy: boolean) =>
    setState((state) => ({
      sessions: state.sessions.map((session) => (session.id === id ? { ...session, busy } : session)),
    }));

  /** The turn that carries a message of ours can begin before we hear that the message was taken. */
  const takeOutgoing = (id: string, text: string) => {
    const { outgoing, selected } = getState();
    const taken = outgoing.find((message) => message.text.trim() === text && (message.session ?? id) === id);
    if (taken === undefined) return;
    chat.dismiss(taken.id);
    if (taken.session === null && selected === null) void chat.select(id);
  };

  const chat: Chat = {
    store,
    apply(envelope) {
      const id = envelope.session;
      if (id === null) return;
      early.get(id)?.push(envelope);
      const { histories, sessions } = getState();
      const history = histories[id];
      if (history !== undefined) setHistory(id, reduceSession(history, envelope));
      const { event } = envelope;
      if (event.type === 'start') {
        markBusy(id, true);
        takeOutgoing(id, event.text);
      }
      if (event.type === 'result' || event.type === 'error') {
        markBusy(id, false);
        void refreshList().catch(() => undefined);
      }
      if (event.type === 'queued' || event.type === 'start') {
        if (!sessions.some((session) => session.id === id)) void refreshList().catch(() => undefined);
        const prompt = getState().histories[id]?.turns.find((turn) => turn.id === envelope.turn)?.prompt;
        // Only the history knows what another browser's waiting message says.
        if (history !== undefined && prompt === '') void load(id).catch(() => undefined);
        const mine = event.type === 'queued' || event.from === 'owner';
        if (mine && getState().selected === null && !blank) void chat.select(id);
      }
    },

    async refresh() {
      await refreshList();
      const { selected, sessions } = getState();
      // What is not on screen is fetched when it is opened.
      setState((state) => ({
        histories: Object.fromEntries(Object.entries(state.histories).filter(([id]) => id === selected)),
      }));
      const here = sessions.find((session) => session.id === selected);
      const first = blank ? undefined : sessions.find((session) => session.from === 'owner');
      const next = here ?? first;
      if (next !== undefined) {
        setState({ selected: next.id });
        await load(next.id);
      } else if (!blank) setState({ selected: null });
    },

    async select(session) {
      blank = session === null;
      setState({ selected: session, problem: null });
      if (session !== null && getState().histories[session] === undefined) await attempt(() => load(session));
    },

    setDraft: (text) => setState({ draft: text }),
    propose: (text) =>
      setState((state) => ({
        // What the owner is writing is never taken away.
        draft: [state.draft, text].filter((part) => part.trim() !== '').join('\n'),
        attention: state.attention + 1,
      })),

    async send(text) {
      const { selected } = getState();
      const message: Outgoing = { id: crypto.randomUUID(), session: selected, text, problem: null };
      setState((state) => ({ outgoing: [...state.outgoing, message], problem: null }));
      try {
        const { session, turn } = await deliver(api, message, options.wait);
        const history = getState().histories[session] ?? { turns: [], lastSeq: -1 };
        setHistory(session, acceptTurn(history, turn, text, new Date().toISOString()));
        chat.dismiss(message.id);
        blank = false;
        if (getState().selected === message.session) setState({ selected: session });
        if (message.session === null) await Promise.all([refreshList(), load(session)]);
      } catch (error) {
        const problem = explain(error);
        setState((state) => ({
          outgoing: state.outgoing.map((other) => (other.id === message.id ? { ...other, problem } : other)),
        }));
      }
    },

    dismiss: (id) => setState((state) => ({ outgoing: state.outgoing.filter((other) => other.id !== id) })),

    stop: (turn) => attempt(() => api.send('POST', `/api/turns/${turn}/cancel`)),
    decide: (approval, decision, remember) =>
      attempt(() => api.send('POST', `/api/approvals/${approval}`, { decision, remember })),
    undo: (turn) => attempt(() => api.call('POST', `/api/turns/${turn}/undo`, UndoResponse)),
    redo: (turn) => attempt(() => api.call('POST', `/api/turns/${turn}/redo`, UndoResponse)),

    rename: (session, title) =>
      attempt(async () => {
        await api.send('PATCH', `/api/sessions/${session}`, { title });
        await refreshList();
      }),
    remove: (session) =>
      attempt(async () => {
        await api.send('DELETE', `/api/sessions/${session}`);
        if (getState().selected === session) await chat.select(null);
        await refreshList();
      }),
  };
  return chat;
};
