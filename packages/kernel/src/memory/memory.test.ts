import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { createMemory } from './memory.ts';
import { isOneSlip, stem, termsOf } from './words.ts';

const setUp = (files = {}) => {
  const home = tempFolder(files);
  const memory = createMemory({ home, now: () => new Date('2026-01-31T10:00:00Z') });
  return { home, memory, file: () => readFileSync(join(home, 'system/memory.md'), 'utf8') };
};

describe('memory', () => {
  it('keeps facts as dated lines, each once, in one line', async () => {
    const { memory, file } = setUp();
    await Promise.all([
      memory.remember('The dog is called Bruno'),
      memory.remember('the dog is called bruno'),
      memory.remember(' Likes tea,\n- not coffee '),
    ]);
    expect(file().split('\n').slice(-3)).toEqual([
      '- 2026-01-31: The dog is called Bruno',
      '- 2026-01-31: Likes tea, - not coffee',
      '',
    ]);
  });

  it('recalls by the words that matter, the rarest first', async () => {
    const { memory } = setUp({
      'system/memory.md': [
        '# Memory',
        '* My sister Anna lives in Lisbon',
        '- 2025-01-01: Anna’s birthday is on the 3rd of May',
        '- 2025-02-01: The tax adviser is Mr Kowalski',
        '- 2025-03-01: Prefers trains to flying',
        'no fact, just a sentence about Anna',
      ].join('\n'),
    });
    expect(await memory.recall('When is the birthday of Anna?')).toEqual([
      '2025-01-01: Anna’s birthday is on the 3rd of May',
      'My sister Anna lives in Lisbon',
    ]);
    expect(await memory.recall('taxes')).toEqual(['2025-02-01: The tax adviser is Mr Kowalski']);
    expect(await memory.recall('train or flight?')).toEqual(['2025-03-01: Prefers trains to flying']);
    expect(await memory.recall('Lisbonn')).toEqual(['My sister Anna lives in Lisbon']);
    expect(await memory.recall('quantum')).toEqual([]);
    expect((await memory.recall(''))[0]).toBe('2025-03-01: Prefers trains to flying');
  });

  it('keeps nobody waiting, whatever stands in it and whatever is asked', async () => {
    const words = Array.from({ length: 150_000 }, (_, n) => (n * 7919).toString(36));
    const facts = Array.from(
      { length: 100 },
      (_, n) => `- ${words.slice(n * 1000, (n + 1) * 1000).join(' ')}`,
    );
    const { memory } = setUp({
      'system/memory.md': [`- ${' '.repeat(300_000)}`, ...facts].join('\n').slice(0, 999_000),
    });
    const before = process.cpuUsage();
    for (const fact of await memory.recall(words.join(' '))) expect(fact.length).toBeLessThanOrEqual(1000);
    // A line of blanks took hours, and so many words minutes.
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });

  it('knows nothing in a home without a memory, and refuses what is no fact', async () => {
    const { home, memory } = setUp();
    expect(await memory.recall('anything')).toEqual([]);
    await expect(memory.remember(' \n ')).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(memory.remember('x'.repeat(1001))).rejects.toMatchObject({ code: 'too_large' });
    writeFiles(home, { 'system/memory.md': `- ${'x'.repeat(1_000_000)}` });
    await expect(memory.remember('one more')).rejects.toMatchObject({ code: 'too_large' });
  });
});

describe('words', () => {
  it('brings the forms of a word together', () => {
    expect(
      ['notes', 'expenses', 'diaries', 'boxes', 'running', 'planned', 'bus', 'glass', 'todos'].map(stem),
    ).toEqual(['note', 'expense', 'diary', 'box', 'run', 'plan', 'bus', 'glass', 'todo']);
    expect(termsOf('What is the Café’s budget?')).toEqual(['cafe', 's', 'budget']);
    expect(termsOf('who are you')).toEqual(['who', 'are', 'you']);
  });

  it.each([
    ['kanban', 'kanbn', true],
    ['calendar', 'calender', true],
    ['install', 'isntall', true],
    ['note', 'notes', true],
    ['todo', 'todo', false],
    ['notes', 'votes', true],
    ['dark', 'park', true],
    ['remove', 'rename', false],
    ['ab', 'ba', true],
    ['abcd', 'badc', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(isOneSlip(a, b)).toBe(expected);
    expect(isOneSlip(b, a)).toBe(expected);
  });
});
