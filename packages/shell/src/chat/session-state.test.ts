import type { EventEnvelope, KernelEvent, SessionHistory } from '@matrix-os/contracts';
import { describe, expect, it } from 'vitest';
import { acceptTurn, fromHistory, reduceSession, type SessionState } from './session-state.ts';

const SESSION = `ses_${'0'.repeat(21)}`;
const TURN = `trn_${'1'.repeat(21)}`;
const APPROVAL = `apr_${'2'.repeat(21)}`;
const AT = '2026-01-02T03:04:05.000Z';
const EMPTY: SessionState = { turns: [], lastSeq: 0 };
const USAGE = { inputTokens: 3, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 };

const WHOLE_TURN: readonly KernelEvent[] = [
  { type: 'queued', position: 2 },
  { type: 'queued', position: 1 },
  { type: 'start', engine: 'claude', text: 'make a list', from: 'owner' },
  { type: 'text', delta: 'I will ' },
  { type: 'text', delta: 'make it.' },
  { type: 'tool_start', id: 't1', name: 'Write', summary: 'Writing apps/list/index.html' },
  {
    type: 'approval',
    id: APPROVAL,
    tool: 'Write',
    summary: 'Write it',
    detail: 'all of it',
    rememberAs: null,
  },
  { type: 'approval_resolved', id: APPROVAL, decision: 'allow', remembered: false },
  { type: 'tool_end', id: 't1', ok: true, summary: 'Wrote apps/list/index.html' },
  { type: 'text', delta: 'Done.' },
  { type: 'result', text: 'Done.', stop: 'done', usage: USAGE, costUsd: '0.01', durationMs: 900 },
  { type: 'snapshot', files: ['apps/list/index.html'] },
];

const envelopes = (events: readonly KernelEvent[], from = 1): EventEnvelope[] =>
  events.map((event, i) => ({ seq: from + i, at: AT, session: SESSION, turn: TURN, event }));

const play = (events: readonly EventEnvelope[], from = EMPTY): SessionState =>
  events.reduce(reduceSession, from);

const historyOf = (state: SessionState): SessionHistory => ({
  session: { id: SESSION, title: 'List', from: 'owner', createdAt: AT, updatedAt: AT, busy: false },
  turns: state.turns.map(({ position: _position, approvals: _approvals, ...turn }) => turn),
  pending: state.turns.flatMap((turn) =>
    turn.approvals.map((event) => ({ seq: 1, at: AT, session: SESSION, turn: turn.id, event })),
  ),
  lastSeq: state.lastSeq,
});

describe('a session made of events', () => {
  it('keeps text and tools in the order they came', () => {
    const [turn] = play(envelopes(WHOLE_TURN)).turns;
    expect(turn).toMatchObject({
      prompt: 'make a list',
      status: 'done',
      engine: 'claude',
      parts: [
        { type: 'text', text: 'I will make it.' },
        { type: 'tool', id: 't1', ok: true, summary: 'Wrote apps/list/index.html' },
        { type: 'text', text: 'Done.' },
      ],
      costUsd: '0.01',
      files: ['apps/list/index.html'],
      undo: 'possible',
      approvals: [],
    });
  });

  it('is the same from history at any moment as it is live', () => {
    const all = envelopes(WHOLE_TURN);
    const live = play(all);
    // Before `start`, only the queue position is not part of history; it comes again with the next event.
    for (let cut = 3; cut <= all.length; cut++) {
      const stored = fromHistory(historyOf(play(all.slice(0, cut))));
      expect(play(all, stored)).toEqual(live);
    }
  });

  it('takes a replayed event once', () => {
    const all = envelopes(WHOLE_TURN);
    const repeated = all.flatMap((envelope, i) => all.slice(Math.max(0, i - 3), i).concat(envelope));
    expect(play(repeated)).toEqual(play(all));
  });

  it('shows an approval until it is answered', () => {
    const asked = play(envelopes(WHOLE_TURN).slice(0, 7));
    expect(asked.turns[0]?.approvals.map(({ detail }) => detail)).toEqual(['all of it']);
    expect(fromHistory(historyOf(asked)).turns[0]?.approvals).toEqual(asked.turns[0]?.approvals);
    expect(play(envelopes(WHOLE_TURN).slice(0, 8)).turns[0]?.approvals).toEqual([]);
  });

  it('drops what waits when the turn fails', () => {
    const failure: KernelEvent = { type: 'error', code: 'rate_limited', message: 'Slow down', hint: 'Wait' };
    const state = play(envelopes([...WHOLE_TURN.slice(0, 7), failure]));
    expect(state.turns[0]).toMatchObject({ status: 'failed', approvals: [], error: { hint: 'Wait' } });
  });

  it('tells a cancelled turn from a finished one', () => {
    const stop: KernelEvent = {
      type: 'result',
      text: '',
      stop: 'cancelled',
      usage: USAGE,
      costUsd: null,
      durationMs: 1,
    };
    expect(play(envelopes([...WHOLE_TURN.slice(0, 4), stop])).turns[0]?.status).toBe('cancelled');
  });

  it('follows undo and redo', () => {
    const undone: KernelEvent = { type: 'undone', files: ['apps/list/index.html'], redone: false };
    const events = envelopes([...WHOLE_TURN, undone, { ...undone, redone: true }]);
    expect(play(events.slice(0, -1)).turns[0]?.undo).toBe('undone');
    expect(play(events).turns[0]?.undo).toBe('possible');
  });

  it('shows an accepted message at once, and not twice when its events come', () => {
    const accepted = acceptTurn(EMPTY, TURN, 'make a list', AT);
    expect(accepted.turns).toMatchObject([{ prompt: 'make a list', status: 'queued' }]);
    expect(play(envelopes(WHOLE_TURN), accepted)).toEqual(play(envelopes(WHOLE_TURN)));
    expect(acceptTurn(play(envelopes(WHOLE_TURN)), TURN, 'make a list', AT).turns).toHaveLength(1);
  });

  it('never changes what it was given', () => {
    const before = play(envelopes(WHOLE_TURN).slice(0, 6));
    const copy = structuredClone(before);
    play(envelopes(WHOLE_TURN), before);
    expect(before).toEqual(copy);
  });
});
