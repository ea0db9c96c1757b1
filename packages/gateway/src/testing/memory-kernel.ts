import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type {
  EventEnvelope,
  KernelEvent,
  MessageResponse,
  QueueState,
  SessionSummary,
  Settings,
} from '@matrix-os/contracts';
import { createJobsFile, type Kernel } from '@matrix-os/kernel';
import { AppError, createId } from '@matrix-os/kit';

export interface MemoryKernel extends Kernel {
  emit(event: KernelEvent, ids?: { session?: string; turn?: string }): EventEnvelope;
  /** Forgets events up to and including this one, as a real log does with old ones. */
  forgetThrough(seq: number): void;
}

type Answer = (text: string, emit: (event: KernelEvent) => void) => Promise<string>;

const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 };

/** A kernel without an engine: real events and a real queue over what `answer` says; apps and undo are absent. */
export const createMemoryKernel = (options: { home: string; answer?: Answer }): MemoryKernel => {
  const { home, answer = async (text) => `you said: ${text}` } = options;
  let log: EventEnvelope[] = [];
  let seq = 0;
  let forgotten = 0;
  const listeners = new Set<(envelope: EventEnvelope) => void>();
  const queueListeners = new Set<(queue: QueueState) => void>();
  const sessions = new Map<string, SessionSummary>();
  const running = new Map<string, string>();
  const sent = new Map<string, { session: string; turn: string; completed: Promise<MessageResponse> }>();
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
      list: () => [...sessions.values()],
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
    async send(request) {
      const before = sent.get(request.id ?? '');
      if (before !== undefined) return before;
      const now = new Date().toISOString();
      const session = request.session === undefined ? createId('ses') : find(request.session).id;
      const from = request.from ?? 'owner';
      if (request.session === undefined)
        sessions.set(session, {
          id: session,
          title: request.text,
          from,
          createdAt: now,
          updatedAt: now,
          busy: false,
        });
      const ids = { session, turn: createId('trn') };
      running.set(ids.turn, session);
      tellQueue();
      emit({ type: 'start', engine: 'builtin', text: request.text, from }, ids);
      const accepted = { ...ids, completed: runTurn(request.text, ids) };
      accepted.completed.catch(() => undefined);
      if (request.id !== undefined) sent.set(request.id, accepted);
      return accepted;
    },
    cancel: async () => undefined,
    decide: absent,
    undo: absent,
    redo: absent,
    queue,
    onQueue(listener) {
      queueListeners.add(listener);
      return () => queueListeners.delete(listener);
    },
    notice,
    close: async () => undefined,
  };
};
