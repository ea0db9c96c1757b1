import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { createTrash } from '../home/trash.ts';
import { createApps } from './apps.ts';

const manifest = (name: string, more = {}) => JSON.stringify({ name, title: name.toUpperCase(), ...more });

const setUp = () => {
  const home = tempFolder({ 'apps/.gitkeep': '' });
  const templatePath = tempFolder({
    'gallery/todo/matrix.json': manifest('todo', {
      keywords: ['tasks'],
      window: { width: 400, height: 500 },
    }),
    'gallery/todo/index.html': '<h1>Todo</h1>',
    'gallery/todo/src/app.js': 'run()',
    'gallery/notes/matrix.json': manifest('notes'),
    'gallery/notes/index.html': '<h1>Notes</h1>',
    'gallery/unfinished/matrix.json': manifest('unfinished'),
  });
  const damaged: string[] = [];
  const trash = createTrash({ home, bin: join(tempFolder(), 'trash') });
  const apps = createApps({ home, templatePath, trash, onDamaged: ({ path }) => damaged.push(path) });
  return { home, trash, apps, damaged };
};

describe('apps', () => {
  it('installs from the gallery as real files', async () => {
    const { home, apps } = setUp();
    expect((await apps.list()).gallery.map((app) => [app.name, app.installed])).toEqual([
      ['notes', false],
      ['todo', false],
    ]);
    const installed = await apps.install('todo');
    expect(installed).toMatchObject({ name: 'todo', title: 'TODO', problem: null, window: { width: 400 } });
    expect(readFileSync(join(home, 'apps/todo/src/app.js'), 'utf8')).toBe('run()');
    expect(readdirSync(join(home, 'apps')).sort()).toEqual(['.gitkeep', 'todo']);
    const list = await apps.list();
    expect(list.apps).toEqual([installed]);
    expect(list.gallery.find((app) => app.name === 'todo')).toMatchObject({
      installed: true,
      keywords: ['tasks'],
    });
  });

  it('never installs over what is there', async () => {
    const { home, apps } = setUp();
    const outcomes = await Promise.allSettled([
      apps.install('todo'),
      apps.install('todo'),
      apps.install('todo'),
    ]);
    expect(outcomes.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    writeFiles(home, { 'apps/notes': 'a file of mine' });
    await expect(apps.install('notes')).rejects.toMatchObject({ code: 'conflict' });
    expect(readdirSync(join(home, 'apps')).sort()).toEqual(['.gitkeep', 'notes', 'todo']);
  });

  it.each(['nothing', 'unfinished', '../notes', '..', 'todo/src', '', 'TODO'])('has no %j', async (name) => {
    const { apps } = setUp();
    await expect(apps.install(name)).rejects.toMatchObject({ code: 'not_found' });
    await expect(apps.get(name)).rejects.toMatchObject({ code: 'not_found' });
    await expect(apps.remove(name)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('moves a removed app and its data to the bin', async () => {
    const { home, apps, trash } = setUp();
    await apps.install('todo');
    await apps.data.write('todo', 'items', [1]);
    const removed = await apps.remove('todo');
    expect(existsSync(join(home, 'apps/todo'))).toBe(false);
    await trash.restore(removed.trash);
    expect(await apps.data.read('todo', 'items')).toEqual([1]);
  });

  it('lists a broken app together with what is wrong', async () => {
    const { home, apps } = setUp();
    writeFiles(home, {
      'apps/half/matrix.json': '{"name": "ha',
      'apps/pageless/matrix.json': manifest('pageless'),
      'apps/renamed/matrix.json': manifest('other'),
      'apps/renamed/index.html': '',
      'apps/untitled/matrix.json': '{"name":"untitled"}',
      'apps/empty/index.html': '',
      'apps/Not An App/index.html': '',
    });
    symlinkSync('renamed', join(home, 'apps/linked'));
    const problems = Object.fromEntries((await apps.list()).apps.map((app) => [app.name, app.problem]));
    expect(problems).toEqual({
      half: expect.stringContaining('not valid JSON'),
      pageless: expect.stringContaining('no index.html'),
      renamed: null,
      untitled: expect.stringContaining('title'),
      empty: expect.stringContaining('missing'),
      linked: expect.stringContaining('is a link'),
    });
    expect(existsSync(join(home, 'apps/half/matrix.json'))).toBe(true);
  });
});

describe('app data', () => {
  const withTodo = async () => {
    const all = setUp();
    await all.apps.install('todo');
    return { ...all, data: all.apps.data };
  };

  it('keeps, lists and deletes values', async () => {
    const { home, data } = await withTodo();
    expect(await data.keys('todo')).toEqual([]);
    expect(await data.read('todo', 'items')).toBeUndefined();
    await data.write('todo', 'items', [{ text: 'milk' }]);
    await data.write('todo', 'Settings_2', null);
    writeFiles(home, { 'apps/todo/data/items.json.0123456789ab.tmp': '', 'apps/todo/data/.x.json': '' });
    expect(await data.keys('todo')).toEqual(['Settings_2', 'items']);
    expect(await data.read('todo', 'items')).toEqual([{ text: 'milk' }]);
    await data.delete('todo', 'items');
    await data.delete('todo', 'items');
    expect(await data.keys('todo')).toEqual(['Settings_2']);
  });

  it.each(['../todo', 'a/b', '', '.x', 'x'.repeat(81), 'a.json'])('refuses the key %j', async (key) => {
    const { data } = await withTodo();
    await expect(data.write('todo', key, 1)).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(data.read('todo', key)).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(data.delete('todo', key)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('has nothing for an app that is not there', async () => {
    const { home, data } = await withTodo();
    await expect(data.write('gone', 'x', 1)).rejects.toMatchObject({ code: 'not_found' });
    await expect(data.keys('../apps/todo')).rejects.toMatchObject({ code: 'invalid_input' });
    expect(existsSync(join(home, 'apps/gone'))).toBe(false);
  });

  it('follows no link, not even inside the home', async () => {
    const { home, apps, data } = await withTodo();
    await apps.install('notes');
    await data.write('notes', 'diary', 'private');
    symlinkSync('../notes/data', join(home, 'apps/todo/data'));
    await expect(data.read('todo', 'diary')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(data.keys('todo')).rejects.toMatchObject({ code: 'forbidden' });

    const other = tempFolder({ 'x.json': '1' });
    symlinkSync(other, join(home, 'apps/evil'));
    await expect(data.keys('evil')).rejects.toMatchObject({ code: 'not_found' });

    mkdirSync(join(home, 'apps/links/data'), { recursive: true });
    symlinkSync('../../notes/data/diary.json', join(home, 'apps/links/data/diary.json'));
    await expect(data.read('links', 'diary')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(data.write('links', 'diary', 1)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('bounds one value and all of them', async () => {
    const { home, data } = await withTodo();
    await expect(data.write('todo', 'big', 'x'.repeat(5_000_000))).rejects.toMatchObject({
      code: 'too_large',
    });
    await data.write('todo', 'fits', 'x'.repeat(4_999_990));
    for (let n = 0; n < 20; n++) {
      writeFileSync(join(home, `apps/todo/data/n${n}.json`), '');
      truncateSync(join(home, `apps/todo/data/n${n}.json`), 5_000_000);
    }
    await expect(data.write('todo', 'one-more', 1)).rejects.toMatchObject({ code: 'too_large' });
    await expect(data.write('todo', 'void', undefined)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('keeps nothing that could not be read again', async () => {
    const { data } = await withTodo();
    const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    for (const levels of [101, 100_000])
      await expect(data.write('todo', 'deep', deep(levels))).rejects.toMatchObject({ code: 'invalid_input' });
    await data.write('todo', 'fits', deep(100));
    expect(await data.read('todo', 'fits')).toEqual(deep(100));
  });

  it('holds the number of keys under writes that come at once', { timeout: 60_000 }, async () => {
    const { data } = await withTodo();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 2000 }, (_, n) => data.write('todo', `k${n}`, n)),
    );
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1000);
    expect(await data.keys('todo')).toHaveLength(1000);
    // A key that is there can still be changed, and a deleted one makes room for one.
    await data.write('todo', 'k0', 'again');
    const after = await Promise.allSettled([
      data.delete('todo', 'k0'),
      data.write('todo', 'fits', 1),
      data.write('todo', 'one-too-many', 1),
    ]);
    expect(after.map((one) => one.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  it('holds the bytes of all values under writes that come at once', async () => {
    const { home, data } = await withTodo();
    mkdirSync(join(home, 'apps/todo/data'));
    for (let n = 0; n < 19; n++) {
      writeFileSync(join(home, `apps/todo/data/n${n}.json`), '');
      truncateSync(join(home, `apps/todo/data/n${n}.json`), 5_000_000);
    }
    const big = 'x'.repeat(2_400_000);
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((key) => data.write('todo', key, big)),
    );
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(2);
    // The same key again counts once.
    await data.write('todo', 'a', big);
  });

  it('moves a damaged value aside and counts it as none', async () => {
    const { home, data, damaged } = await withTodo();
    writeFiles(home, { 'apps/todo/data/items.json': '[{"te' });
    utimesSync(join(home, 'apps/todo/data/items.json'), 0, 0);
    expect(await data.read('todo', 'items')).toBeUndefined();
    expect(damaged).toEqual(['apps/todo/data/items.json']);
    expect(await data.keys('todo')).toEqual([]);
  });
});
