import type { Job } from '@matrix-os/contracts';
import { expect, it } from 'vitest';
import { createJobBudget } from './job-budget.ts';

const job = (action: Job['action']): Job => ({ id: 'job', title: 'Job', enabled: true, action });
const turn = job({ type: 'message', text: 'x' });
const notice = job({ type: 'notify', message: 'x' });

it('lets jobs start so many turns and notices in an hour, and says once that they wait', () => {
  let now = Date.parse('2026-03-10T08:00:00Z');
  const told: string[] = [];
  const budget = createJobBudget({
    timeZone: () => 'Europe/Berlin',
    tell: (_, message) => told.push(message),
    now: () => now,
  });
  const admitted = (one: Job) =>
    Array.from({ length: 500 }, () => budget.admit(one)).filter((at) => at === null);
  expect(admitted(turn)).toHaveLength(60);
  expect(admitted(notice)).toHaveLength(240);
  expect(budget.admit(turn)).toEqual(new Date('2026-03-10T09:00:00Z'));
  expect(told).toEqual([
    expect.stringMatching(/60 turns .* 10:00/),
    expect.stringMatching(/240 notices .* 10:00/),
  ]);
  now = Date.parse('2026-03-10T09:00:00Z');
  expect(admitted(turn)).toHaveLength(60);
  expect(told).toHaveLength(3);
});
