import { Problem } from '@matrix-os/contracts';
import { createLogger } from '@matrix-os/kit';
import { expect, it } from 'vitest';
import { problemResponse } from './problems.ts';

const log = createLogger({ name: 'test', level: 'silent' });

it.each([
  [Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }), /disk is full/],
  [Object.assign(new Error('database or disk is full'), { errcode: 13 }), /disk is full/],
  [Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' }), /read-only/],
])('tells what to do about a disk that takes no more: %s', async (error, told) => {
  const response = problemResponse(error, log);
  expect(response.status).toBe(503);
  expect(Problem.parse(await response.json()).detail).toMatch(told);
});

it('does not tell the inside of a bug', async () => {
  const response = problemResponse(new Error('secret'), log);
  expect([response.status, (await response.text()).includes('secret')]).toEqual([500, false]);
});
