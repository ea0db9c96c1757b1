import { expect, it } from 'vitest';
import { createTurnstile } from '../database/turnstile.ts';
import { createGroupCommit } from './group-commit.ts';
import type { Operation } from './operations.ts';
import type { BatchPlan } from './plan-batch.ts';

const operation = (id: string): Operation => ({
  kind: 'await_batch',
  id,
  tenant: 'alice',
  batchId: id,
  leaseUntil: 0,
});
const planFor = (operations: readonly Operation[]): BatchPlan => ({
  outcomes: operations.map(({ id }) => ({ ok: true, notice: id })),
  inserts: new Set(),
  updates: new Set(),
  tenants: new Set(),
  periods: new Set(),
  rollups: new Map(),
  notices: [],
});

it('commits what arrived together in one transaction, and answers each its own', async () => {
  const batches: string[][] = [];
  const commits = createGroupCommit({
    apply(operations) {
      batches.push(operations.map(({ id }) => id));
      return planFor(operations);
    },
    turnstile: undefined,
    onCommitted: () => {},
  });
  const outcomes = await Promise.all(
    ['a', 'b', 'c'].map((id) => commits.submit(operation(id), id === 'a' ? 'later' : 'soon')),
  );
  expect(batches).toEqual([['a', 'b', 'c']]);
  expect(outcomes).toEqual(['a', 'b', 'c'].map((notice) => ({ ok: true, notice })));
});

it('commits at once what can have no company, and what waits before it', async () => {
  const batches: string[][] = [];
  const commits = createGroupCommit({
    apply(operations) {
      batches.push(operations.map(({ id }) => id));
      return planFor(operations);
    },
    turnstile: createTurnstile(),
    onCommitted: () => {},
  });
  const earlier = commits.submit(operation('settled'), 'later');
  const alone = commits.submit(operation('alone'), 'now');
  expect(batches).toEqual([['settled', 'alone']]);
  await Promise.all([earlier, alone, commits.submit(operation('next'), 'soon')]);
  expect(batches).toEqual([['settled', 'alone'], ['next']]);
});

const overtaking = (isRefused: (id: string) => boolean) => {
  const batches: string[][] = [];
  const apply = (operations: readonly Operation[]): BatchPlan => {
    batches.push(operations.map(({ id }) => id));
    return planFor(operations);
  };
  const commits = createGroupCommit({
    apply,
    applyUnlessRefused: (operations) =>
      operations.some(({ id }) => isRefused(id)) ? undefined : apply(operations),
    turnstile: createTurnstile(),
    onCommitted: () => {},
  });
  return { batches, commits };
};

it('lets what can have no company overtake what may wait, where a transaction costs little', async () => {
  const { batches, commits } = overtaking(() => false);
  const earlier = commits.submit(operation('settled'), 'later');
  await expect(commits.submit(operation('alone'), 'now')).resolves.toEqual({ ok: true, notice: 'alone' });
  expect(batches).toEqual([['alone']]);
  await expect(earlier).resolves.toEqual({ ok: true, notice: 'settled' });
  expect(batches).toEqual([['alone'], ['settled']]);
});

it('decides what would be refused again, with everything that waits before it', async () => {
  const { batches, commits } = overtaking((id) => id === 'alone');
  const earlier = commits.submit(operation('settled'), 'later');
  await Promise.all([earlier, commits.submit(operation('alone'), 'now')]);
  expect(batches).toEqual([['settled', 'alone']]);
});

it('lets nothing overtake what must not wait', async () => {
  const { batches, commits } = overtaking(() => false);
  await Promise.all([
    commits.submit(operation('dear'), 'soon'),
    commits.submit(operation('settled'), 'later'),
    commits.submit(operation('alone'), 'now'),
  ]);
  expect(batches).toEqual([['dear', 'settled', 'alone']]);
});

it('waits outside while another transaction is open on the connection', async () => {
  const turnstile = createTurnstile();
  const order: string[] = [];
  const commits = createGroupCommit({
    apply(operations) {
      order.push('commit');
      return planFor(operations);
    },
    turnstile,
    onCommitted: () => {},
  });
  await turnstile.enter();
  const committed = commits.submit(operation('a'), 'soon');
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  order.push('other is done');
  turnstile.leave();
  await committed;
  expect(order).toEqual(['other is done', 'commit']);
});

it('fails those of a failed transaction, and goes on with the next', async () => {
  let failing = true;
  const commits = createGroupCommit({
    apply(operations) {
      if (failing) throw new Error('disk full');
      return planFor(operations);
    },
    turnstile: createTurnstile(),
    onCommitted: () => {},
  });
  await expect(commits.submit(operation('a'), 'soon')).rejects.toThrow('disk full');
  failing = false;
  await expect(commits.submit(operation('b'), 'soon')).resolves.toMatchObject({ ok: true });
  await commits.flush();
});
