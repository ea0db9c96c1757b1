import { expect, it } from 'vitest';
import { firstRequestId, newRequestId } from './request-id.ts';

it('makes ids that sort by their time and never repeat', () => {
  const before = firstRequestId(Date.now());
  const ids = Array.from({ length: 10_000 }, newRequestId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => id >= before)).toBe(true);
  expect(ids.every((id) => id < firstRequestId(Date.now() + 1))).toBe(true);
  expect(firstRequestId(Date.parse('2026-01-01')) < firstRequestId(Date.parse('2026-01-02'))).toBe(true);
});
