import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRedoLog, type RedoLog, readRedoLog } from './redo-log.ts';

const SEED = 0xfeedbeef;
let folder: string;
let path: string;
let log: RedoLog | undefined;

const open = (options: { seed?: number; position?: number; fileBytes?: number } = {}): RedoLog => {
  log = createRedoLog({
    path,
    seed: SEED,
    position: 0,
    fileBytes: 4096,
    onError: (error) => {
      throw error;
    },
    ...options,
  });
  return log;
};
const read = (position = 0, seed = SEED): string[] => readRedoLog(path, seed, position);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'matrix-redo-'));
  path = join(folder, 'proxy.db');
});
afterEach(async () => {
  await log?.close();
  log = undefined;
  rmSync(folder, { recursive: true });
});

it('has nothing where there is no log', () => {
  expect(read()).toEqual([]);
});

it('reads what was appended, from where the database stands', () => {
  const one = open();
  for (const text of ['a', '{"b":"grüße"}', 'c']) one.append(text);
  expect(one.position).toBe(3);
  expect(read()).toEqual(['a', '{"b":"grüße"}', 'c']);
  expect(read(2)).toEqual(['c']);
  expect(read(3)).toEqual([]);
});

it('ends before a record that was cut or changed, wherever that happened', () => {
  const one = open();
  for (const text of ['first', 'second', 'third']) one.append(text);
  const file = `${path}.redo-0`;
  const whole = readFileSync(file);
  const end = whole.indexOf('third') + 'third'.length + 1;
  for (let cut = 0; cut < end; cut++) {
    const damaged = Buffer.from(whole);
    damaged.fill(0, cut);
    writeFileSync(file, damaged);
    const found = read();
    expect(found).toEqual(['first', 'second', 'third'].slice(0, found.length));
    expect(found.length).toBeLessThan(3);
    damaged.set(whole.subarray(cut), cut);
    damaged[cut] = (whole[cut] ?? 0) ^ 0x10;
    writeFileSync(file, damaged);
    expect(read().length).toBeLessThan(3);
  }
});

it('does not take the records of another run or another database for its own', () => {
  open().append('a');
  expect(read(0, SEED + 1)).toEqual([]);
});

it('does not go on after a gap', () => {
  const one = open({ position: 7 });
  one.append('eight');
  expect(read(7)).toEqual(['eight']);
  expect(read(6)).toEqual([]);
});

it('writes over a file only when the database has all of it, and loses nothing over many rounds', () => {
  const one = open();
  const text = 'x'.repeat(300);
  let retired = 0;
  for (let number = 1; number <= 400; number++) {
    one.append(`${number} ${text}`);
    // The database follows late, and now and then much later.
    if (one.wantsRoom && number % 17 === 0) {
      retired = number - 5;
      one.retire(retired);
    }
    expect(read(retired).map((record) => Number.parseInt(record, 10))).toEqual(
      Array.from({ length: number - retired }, (_, index) => retired + 1 + index),
    );
  }
  expect(readFileSync(`${path}.redo-0`).length).toBeLessThan(20_000);
});

it('starts over without a word of the run before', () => {
  const first = open();
  for (const text of ['a', 'b', 'c']) first.append(text);
  const second = open({ position: 3, seed: SEED + 1 });
  second.append('d');
  expect(read(3, SEED + 1)).toEqual(['d']);
});
