import { AppError } from '@matrix-os/kit';
import { expect, it } from 'vitest';
import { Problem, toProblem } from './problem.ts';

it('tells what the caller can act on', () => {
  const problem = toProblem(new AppError('conflict', 'That name is taken. Choose another.'));
  expect(Problem.parse(problem)).toEqual({
    type: 'about:blank',
    title: 'conflict',
    status: 409,
    code: 'conflict',
    detail: 'That name is taken. Choose another.',
  });
});

it('tells nothing of a bug', () => {
  const problem = toProblem(new Error('secret internals'));
  expect(problem.status).toBe(500);
  expect(JSON.stringify(problem)).not.toContain('secret');
});
