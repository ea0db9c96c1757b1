import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type {
  EventEnvelope,
  KernelEvent,
  MessageRequest,
  MessageResponse,
  QueueState,
  SessionSummary,
  Settings,
} from '@matrix-os/contracts';
import { createJobsFile, type Kernel, type Principal } from '@matrix-os/kernel';
import { AppError, createId } from '@matrix-os/kit';

export interface MemoryKernel extends Kernel {
  emit(event: KernelEvent, ids?: { session?: string; turn?: string }): EventEnvelope;
  /** Forgets events up to and including this one, as a real log does with old ones. */
  forgetThrough(seq: number): void;
}

type Answer = (text: string, emit: (event: KernelEvent) => void) => Promise<string>;

const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 };

const senderOf = (principal: Principal): string => (principal.kind === 'owner' ? 'owner' : principal.handle);

/**
 * A kernel without an engine: events and sessions over what `answer` says, all turns at once; apps and undo are absent.
 * What it has keeps the kernel's contract.
 */
export const createMemoryKernel = (options: { home: string; answer?: Answer }): MemoryKernel => {
  const { home, answer = async (text) => `you said: ${text}` } = options;
  let log: EventEnvelope[] = [];
  let seq = 0;
  let forgotten = 0;
  const listeners = new Set<(envelope: EventEnvelope) => void>();
  const queueListeners = new Set<(queue: QueueState) => void>();
  const sessions = new Map<string, SessionSummary>();
  const running = new Map<string, string>();
  const turns = new Set<string>();
  const sent = new Map<string, { session: string; turn: string; completed: Promise<MessageResponse> }>();
  let closed = false;
  let settings: Settings = {
    engine: 'auto',
    activeEngine: 'builtin',
    engineProblem: null,
    model: null,
    autonomy: 'ask',
    remembered: [],
    key: { source: 'none', hint: null, checked: false },
    baseUrl: null,
    timeZone: 'UTC',
  };

  const emit: MemoryKernel['emit'] = (event, ids = {}) => {
    const { session = null, turn = null } = ids;
    const envelope = { seq: ++seq, at: new Date().toISOString(), session, turn, event };
    log.push(envelope);
    for (const listener of listeners) listener(envelope);
    return envelope;
  };
  const queue = (): QueueState => ({
    limit: 5,
    running: [...running].map(([turn, session]) => ({ turn, session })),
    waiting: [],
  });
  const tellQueue = () => {
    for (const listener of queueListeners) listener(queue());
  };
  const absent = async (): Promise<never> => {
    throw new AppError('not_found', 'The kernel of this test has none.');
  };
  const find = (id: string): SessionSummary => {
    const session = sessions.get(id);
    if (session === undefined) throw new AppError('not_found', `There is no session ${id}.`);
    return { ...session, busy: [...running.values()].includes(id) };
  };
  /** As the kernel does it: a message without a session is the owner's start of a new one, and goes on with a visitor's. */
  const sessionFor = (principal: Principal, request: MessageRequest): SessionSummary | undefined => {
    const from = senderOf(principal);
    if (request.session === undefined)
      return from === 'owner' ? undefined : [...sessions.values()].find((session) => session.from === from);
    const session = find(request.session);
    if (session.from !== from) throw new AppError('forbidden', 'That conversation belongs to somebody else.');
    return session;
  };

  const runTurn = async (text: string, ids: { session: string; turn: string }): Promise<MessageResponse> => {
    try {
      const said = await answer(text, (event) => emit(event, ids));
      emit({ type: 'result', text: said, stop: 'done', usage, costUsd: null, durationMs: 1 }, ids);
      return { ...ids, text: said, usage };
    } catch (error) {
      emit({ type: 'error', code: 'failed', message: String(error), hint: null }, ids);
      throw error;
    } finally {
      running.delete(ids.turn);
      tellQueue();
    }
  };

  const notice: Kernel['notice'] = (level, title, message) =>
    void emit({ type: 'notice', level, title, message });
  const onDamaged = ({ path, reason }: { path: string; reason: string }) =>
    notice('warning', 'A damaged file was set aside', `${path}: ${reason}`);
  const onProblem = (problem: string) => notice('warning', 'A job can not run', problem);

  return {
    emit,
    jobs: createJobsFile({ home, onDamaged, onProblem }),
    forgetThrough(last) {
      forgotten = last;
      log = log.filter((envelope) => envelope.seq > last);
    },
    events: {
      lastSeq: () => seq,
      notices: (sinceMs) =>
        log.filter(
          ({ at, turn, event }) => turn === null && event.type === 'notice' && Date.parse(at) >= sinceMs,
        ),
      since: (after, limit) =>
        after < forgotten ? null : log.filter((envelope) => envelope.seq > after).slice(0, limit),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    sessions: {
      list: () => [...sessions.keys()].map(find).reverse(),
      history: (id) => ({ session: find(id), turns: [], pending: [], lastSeq: seq }),
      rename(id, title) {
        const renamed = { ...find(id), title };
        sessions.set(id, renamed);
        return renamed;
      },
      async remove(id) {
        sessions.delete(find(id).id);
      },
    },
    apps: {
      list: async () => ({ apps: [], gallery: [] }),
      get: absent,
      install: absent,
      remove: absent,
      data: { keys: absent, read: absent, write: absent, delete: absent },
    },
    settings: {
      get: () => settings,
      async update({ engine, model, autonomy }) {
        settings = {
          ...settings,
          engine: engine ?? settings.engine,
          model: model ?? null,
          autonomy: autonomy ?? settings.autonomy,
        };
        return settings;
      },
      async setKey(key) {
        const source = key ? 'settings' : 'none';
        settings = { ...settings, key: { source, hint: key?.slice(-4) ?? null, checked: false } };
        return settings;
      },
    },
    home: {
      path: home,
      undoable: false,
      protection: async () => 'none',
      ownerWrote: () => undefined,
      async trash(path) {
        const id = createId('del');
        await mkdir(join(home, '.trash', id), { recursive: true });
        await rename(join(home, path), join(home, '.trash', id, basename(path)));
        return id;
      },
      restore: absent,
    },
    async send(principal, request) {
      if (closed) throw new AppError('unavailable', 'The kernel of this test is closed.');
      const from = senderOf(principal);
      const key = request.id === undefined ? undefined : `${from}:${request.id}`;
      const before = key === undefined ? undefined : sent.get(key);
      if (before !== undefined) return before;
      const known = sessionFor(principal, request);
      const session = known?.id ?? createId('ses');
      const now = new Date().toISOString();
      if (known === undefined) {
        const times = { createdAt: now, updatedAt: now };
        sessions.set(session, { id: session, title: request.text, from, ...times, busy: false });
      }
      const ids = { session, turn: createId('trn') };
      turns.add(ids.turn);
      running.set(ids.turn, session);
      tellQueue();
      emit({ type: 'start', engine: 'builtin', text: request.text, from }, ids);
      const accepted = { ...ids, completed: runTurn(request.text, ids) };
      accepted.completed.catch(() => undefined);
      if (key !== undefined) sent.set(key, accepted);
      return accepted;
    },
    async cancel(turn) {
      if (!turns.has(turn)) throw new AppError('not_found', 'The kernel of this test knows no such turn.');
    },
    decide: absent,
    undo: absent,
    redo: absent,
    queue,
    onQueue(listener) {
      queueListeners.add(listener);
      return () => queueListeners.delete(listener);
    },
    notice,
    async close() {
      closed = true;
    },
  };
};
