import { expect, it } from 'vitest';
import { createId, createSecret } from './ids.ts';

it('makes ids that sort by time and look alike', () => {
  const early = createId('trn', 1_700_000_000_000);
  const late = createId('trn', 1_700_000_000_001);
  expect(early < late).toBe(true);
  expect(early).toMatch(/^trn_[0-9a-z]{21}$/);
});

it('makes no id twice', () => {
  const now = Date.now();
  const ids = Array.from({ length: 10_000 }, () => createId('ses', now));
  expect(new Set(ids).size).toBe(ids.length);
});

it('makes secrets of the length asked for, without letters that are misread', () => {
  expect(createSecret(26)).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
  expect(createSecret()).not.toBe(createSecret());
});
