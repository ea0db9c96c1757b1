import { expect, it } from 'vitest';
import { createInputHistory } from './input-history.ts';

const createStorage = (initial: Record<string, string> = {}) => {
  const map = new Map(Object.entries(initial));
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  };
};

it('walks back, and forth to what was not sent', () => {
  const inputs = createInputHistory(createStorage(), 'k');
  inputs.add('one');
  inputs.add('two');
  expect([inputs.older('draft'), inputs.older('two'), inputs.older('one')]).toEqual([
    'two',
    'one',
    undefined,
  ]);
  expect([inputs.newer(), inputs.newer(), inputs.newer()]).toEqual(['two', 'draft', undefined]);
});

it('remembers across visits, each text once', () => {
  const storage = createStorage();
  const first = createInputHistory(storage, 'k');
  for (const text of ['a', 'b', 'a']) first.add(text);
  const second = createInputHistory(storage, 'k');
  expect([second.older(''), second.older(''), second.older('')]).toEqual(['a', 'b', undefined]);
});

it('starts empty when what was kept is damaged', () => {
  expect(createInputHistory(createStorage({ k: '{"a":' }), 'k').older('')).toBeUndefined();
});
