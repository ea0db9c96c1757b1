import type { EventEnvelope, KernelEvent, SessionHistory, SessionSummary } from '@matrix-os/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../connection/api.ts';
import { type Chat, createChat } from './chat-store.ts';
import { acceptTurn } from './session-state.ts';

const AT = '2026-01-02T03:04:05.000Z';
const ses = (digit: number) => `ses_${String(digit).repeat(21)}`;
const trn = (digit: number) => `trn_${String(digit).repeat(21)}`;
const summary = (digit: number, updatedAt = AT): SessionSummary => ({
  id: ses(digit),
  title: `Session ${digit}`,
  from: 'owner',
  createdAt: AT,
  updatedAt,
  busy: false,
});
const event = (seq: number, digit: number, body: KernelEvent, turn = 1): EventEnvelope => ({
  seq,
  at: AT,
  session: ses(digit),
  turn: trn(turn),
  event: body,
});
const start = (text: string): KernelEvent => ({ type: 'start', engine: 'builtin', text, from: 'owner' });

/** Answers as the gateway would; `hold` keeps the next answer to a path back until it is let go. */
const createGateway = () => {
  const sessions: SessionSummary[] = [];
  const histories = new Map<string, SessionHistory>();
  const held = new Map<string, Promise<void>>();
  const posts: unknown[] = [];
  let failures = 0;
  let accepted = { session: ses(9), turn: trn(9) };
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const path = String(input);
    if (path === '/api/message') {
      posts.push({ ...JSON.parse(String(init?.body)), prefer: new Headers(init?.headers).get('prefer') });
      if (failures-- > 0) throw new TypeError('no network');
      await held.get(path);
      return Response.json(accepted, { status: 202 });
    }
    if (path === '/api/sessions') return Response.json({ sessions });
    const history = histories.get(path.slice('/api/sessions/'.length));
    await held.get(path);
    return history === undefined ? new Response('{}', { status: 404 }) : Response.json(history);
  };
  return {
    fetch,
    posts,
    histories,
    sessions,
    /** What a history says once the message of this turn is durable, which it is before anyone hears of it. */
    addTurn(digit: number, prompt: string, lastSeq: number) {
      const history = histories.get(ses(digit));
      if (history === undefined) throw new Error(`no session ${digit}`);
      const { turns } = acceptTurn({ turns: [], lastSeq: 0 }, trn(digit), prompt, AT);
      const stored = turns.map(({ position: _position, approvals: _approvals, ...turn }) => turn);
      histories.set(ses(digit), { ...history, turns: stored, lastSeq });
    },
    add(digit: number, options: { lastSeq?: number; updatedAt?: string } = {}) {
      const session = summary(digit, options.updatedAt);
      sessions.push(session);
      histories.set(session.id, { session, turns: [], pending: [], lastSeq: options.lastSeq ?? 0 });
    },
    hold(path: string) {
      const gate = Promise.withResolvers<void>();
      held.set(path, gate.promise);
      return gate.resolve;
    },
    failNext: (times: number) => {
      failures = times;
    },
    accept: (session: string, turn: string) => {
      accepted = { session, turn };
    },
  };
};

describe('the chat', () => {
  let gateway: ReturnType<typeof createGateway>;
  let chat: Chat;
  const state = () => chat.store.getState();
  const settled = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      if (condition()) return resolve();
      const stop = chat.store.subscribe(() => {
        if (!condition()) return;
        stop();
        resolve();
      });
    });

  beforeEach(() => {
    gateway = createGateway();
    chat = createChat({
      api: createApi({ fetch: gateway.fetch, onSignedOut: () => undefined }),
      wait: async () => undefined,
    });
  });

  it('shows the conversation that was used last', async () => {
    gateway.add(1, { updatedAt: '2026-01-01T00:00:00.000Z' });
    gateway.add(2, { updatedAt: '2026-02-01T00:00:00.000Z' });
    await chat.refresh();
    expect(state().selected).toBe(ses(2));
    expect(state().sessions.map(({ id }) => id)).toEqual([ses(2), ses(1)]);
  });

  it('loses no event that comes while the history is on its way', async () => {
    gateway.add(1, { lastSeq: 4 });
    const letGo = gateway.hold(`/api/sessions/${ses(1)}`);
    const refreshing = chat.refresh();
    await settled(() => state().selected === ses(1));
    chat.apply(event(4, 1, start('known already')));
    chat.apply(event(5, 1, start('new')));
    letGo();
    await refreshing;
    expect(state().histories[ses(1)]?.turns.map(({ prompt }) => prompt)).toEqual(['new']);
    expect(state().histories[ses(1)]?.lastSeq).toBe(5);
  });

  it('sends the same id until the message is taken', async () => {
    gateway.failNext(3);
    gateway.add(9);
    await chat.send('hello');
    expect(gateway.posts).toHaveLength(4);
    expect(new Set(gateway.posts.map((post) => (post as { id: string }).id)).size).toBe(1);
    expect(gateway.posts[0]).toMatchObject({ text: 'hello', prefer: 'respond-async' });
    expect(state().outgoing).toEqual([]);
    expect(state().selected).toBe(ses(9));
  });

  it('shows a message once, whichever is first: the answer or the event', async () => {
    gateway.add(9);
    const letGo = gateway.hold('/api/message');
    gateway.addTurn(9, 'hello', 1);
    const sending = chat.send('hello');
    expect(state().outgoing.map(({ text }) => text)).toEqual(['hello']);
    chat.apply(event(1, 9, start('hello'), 9));
    expect(state().outgoing).toEqual([]);
    letGo();
    await sending;
    expect(state().histories[ses(9)]?.turns).toMatchObject([{ id: trn(9), prompt: 'hello' }]);
  });

  it('keeps a refused message to be edited, with the reason', async () => {
    chat = createChat({
      api: createApi({
        fetch: async () =>
          Response.json(
            {
              type: 'about:blank',
              title: 'x',
              status: 413,
              code: 'too_large',
              detail: 'Too long. Shorten it.',
            },
            { status: 413 },
          ),
        onSignedOut: () => undefined,
      }),
      wait: async () => undefined,
    });
    await chat.send('long');
    expect(state().outgoing).toMatchObject([{ text: 'long', problem: 'Too long. Shorten it.' }]);
  });

  it('follows what another browser begins, unless the owner asked for a blank page', async () => {
    gateway.add(1);
    chat.apply(event(1, 1, start('from elsewhere')));
    await settled(() => state().histories[ses(1)] !== undefined);
    expect(state().selected).toBe(ses(1));
    await chat.select(null);
    gateway.add(2);
    chat.apply(event(2, 2, start('again'), 2));
    await chat.refresh();
    expect(state().selected).toBeNull();
  });

  it('takes nothing away that the owner is writing', () => {
    chat.setDraft('my words');
    chat.propose('sort my list');
    expect(state().draft).toBe('my words\nsort my list');
  });

  it('marks a session busy while it works', async () => {
    gateway.add(1);
    await chat.refresh();
    chat.apply(event(1, 1, start('work')));
    expect(state().sessions[0]?.busy).toBe(true);
    chat.apply(event(2, 1, { type: 'error', code: 'x', message: 'y', hint: null }));
    expect(state().sessions[0]?.busy).toBe(false);
  });
});
