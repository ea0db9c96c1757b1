import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type DamagedFile, readJsonFile, writeJsonFile } from './json-file.ts';
import { tempFolder } from './temp-folder.fixture.ts';

const Shape = z.object({ n: z.int() });

const read = async (path: string): Promise<{ value: unknown; damaged: DamagedFile[] }> => {
  const damaged: DamagedFile[] = [];
  const onDamaged = (info: DamagedFile) => void damaged.push(info);
  const value = await readJsonFile(dirname(path), basename(path), Shape, { onDamaged });
  return { value, damaged };
};
const age = (path: string): void => utimesSync(path, new Date(0), new Date(0));

describe('JSON files of the home', () => {
  it('reads what it wrote, folder and all', async () => {
    const home = tempFolder();
    const path = join(home, 'system/n.json');
    await writeJsonFile(home, 'system/n.json', { n: 1 });
    expect(await read(path)).toEqual({ value: { n: 1 }, damaged: [] });
    expect(readFileSync(path, 'utf8')).toBe('{\n  "n": 1\n}\n');
  });

  it('takes a missing file for none, and a byte order mark for nothing', async () => {
    const folder = tempFolder({ 'bom.json': '\uFEFF{"n":2}' });
    expect(await read(join(folder, 'missing.json'))).toEqual({ value: undefined, damaged: [] });
    expect(await read(join(folder, 'bom.json'))).toEqual({ value: { n: 2 }, damaged: [] });
  });

  it.each([
    ['half', '{"n": 1', 'not valid JSON'],
    ['empty', '', 'not valid JSON'],
    ['shape', '{"n": "one"}', 'expected number'],
    ['deep', '['.repeat(100_000), 'nested'],
    ['deep and whole', `{"n":1,"more":${'['.repeat(200)}${']'.repeat(200)}}`, 'nested'],
    ['huge', `{"n":1,"more":"${'x'.repeat(1_000_000)}"}`, 'larger than'],
  ])('moves a damaged file aside (%s)', async (_name, content, reason) => {
    const folder = tempFolder({ 'cron.json': content });
    age(join(folder, 'cron.json'));
    const { value, damaged } = await read(join(folder, 'cron.json'));
    expect(value).toBeUndefined();
    expect(damaged).toHaveLength(1);
    expect(damaged[0]?.reason).toContain(reason);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^cron\.damaged-\d{8}T\d{9}Z\.json$/)]);
    expect(readFileSync(join(folder, damaged[0]?.movedTo ?? ''), 'utf8')).toBe(content);
  });

  it('moves a folder in its place aside', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'n.json'));
    age(join(folder, 'n.json'));
    expect((await read(join(folder, 'n.json'))).damaged).toHaveLength(1);
  });

  it('moves a link aside, and leaves what it leads to', async () => {
    const outside = join(tempFolder({ 'n.json': '{"n":1}' }), 'n.json');
    const folder = tempFolder();
    symlinkSync(outside, join(folder, 'n.json'));
    expect((await read(join(folder, 'n.json'))).damaged).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([expect.stringContaining('damaged')]);
    expect(readFileSync(outside, 'utf8')).toBe('{"n":1}');
  });

  it('counts no bracket in a string', async () => {
    const folder = tempFolder({ 'n.json': JSON.stringify({ n: 1, text: '"[\\"'.repeat(500) }) });
    expect((await read(join(folder, 'n.json'))).value).toEqual({ n: 1 });
  });

  it('gives a file that is just being written the time to be whole', async () => {
    const path = join(tempFolder({ 'n.json': '{"n":' }), 'n.json');
    const reading = read(path);
    setTimeout(() => writeFileSync(path, '{"n":3}'), 50);
    expect(await reading).toEqual({ value: { n: 3 }, damaged: [] });
  });

  it('tells once when two read the same damaged file', async () => {
    const path = join(tempFolder({ 'n.json': 'x' }), 'n.json');
    age(path);
    const both = await Promise.all([read(path), read(path)]);
    expect(both.flatMap((one) => one.damaged)).toHaveLength(1);
  });
});
