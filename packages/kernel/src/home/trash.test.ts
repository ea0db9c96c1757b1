import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder, writeFiles } from './temp-folder.fixture.ts';
import { createTrash } from './trash.ts';

const setUp = () => {
  const home = tempFolder({ 'documents/a.md': 'a', 'apps/todo/data/x.json': '1', 'system/soul.md': '' });
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  return { home, clock, bin: createTrash({ home, now: () => clock.now }) };
};

describe('the bin', () => {
  it('takes a folder and gives it back, missing parents too', async () => {
    const { home, bin } = setUp();
    const app = await bin.trash('apps/todo');
    await bin.trash('apps');
    expect(existsSync(join(home, 'apps'))).toBe(false);
    expect(await bin.restore(app)).toBe('apps/todo');
    expect(readFileSync(join(home, 'apps/todo/data/x.json'), 'utf8')).toBe('1');
    await expect(bin.restore(app)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('never writes over what is there now', async () => {
    const { home, bin } = setUp();
    const id = await bin.trash('documents/a.md');
    writeFiles(home, { 'documents/a.md': 'new' });
    await expect(bin.restore(id)).rejects.toMatchObject({ code: 'conflict' });
    expect(readFileSync(join(home, 'documents/a.md'), 'utf8')).toBe('new');
  });

  it('takes a link, and not what it points at', async () => {
    const { home, bin } = setUp();
    const outside = tempFolder({ keep: 'me' });
    symlinkSync(outside, join(home, 'documents/link'));
    const id = await bin.trash('documents/link');
    expect(readdirSync(outside)).toEqual(['keep']);
    await bin.restore(id);
    expect(readlinkSync(join(home, 'documents/link'))).toBe(outside);
  });

  it.each(['', 'system', '.git', '.trash', 'system/.template.json'])('refuses %j', async (path) => {
    await expect(setUp().bin.trash(path)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it.each(['../x', 'del_x', '', '../../etc', `del_${'0'.repeat(21)}`])('knows no id %j', async (id) => {
    await expect(setUp().bin.restore(id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('says so when there is nothing', async () => {
    await expect(setUp().bin.trash('documents/none.md')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses a bin that is a link', async () => {
    const { home, bin } = setUp();
    symlinkSync(tempFolder(), join(home, '.trash'));
    await expect(bin.trash('documents/a.md')).rejects.toMatchObject({ code: 'conflict' });
    expect(existsSync(join(home, 'documents/a.md'))).toBe(true);
  });

  it('refuses to restore through a link that was put in the way', async () => {
    const { home, bin } = setUp();
    const id = await bin.trash('documents/a.md');
    await bin.trash('documents');
    const outside = tempFolder();
    symlinkSync(outside, join(home, 'documents'));
    await expect(bin.restore(id)).rejects.toMatchObject({ code: 'forbidden' });
    expect(readdirSync(outside)).toEqual([]);
  });

  it('lists what can be restored, the latest first', async () => {
    const { home, clock, bin } = setUp();
    expect(await bin.list()).toEqual([]);
    const first = await bin.trash('documents/a.md');
    clock.now += 1000;
    const second = await bin.trash('apps/todo');
    writeFiles(home, { [`.trash/del_${'0'.repeat(21)}/meta.json`]: '{', '.trash/note': 'x' });
    expect((await bin.list()).map((item) => [item.id, item.path])).toEqual([
      [second, 'apps/todo'],
      [first, 'documents/a.md'],
    ]);
  });

  it('forgets what is old enough', async () => {
    const { home, clock, bin } = setUp();
    await bin.trash('documents/a.md');
    clock.now += 20 * 86_400_000;
    const young = await bin.trash('apps/todo');
    clock.now += 11 * 86_400_000;
    expect(await bin.prune(30)).toBe(1);
    expect(readdirSync(join(home, '.trash'))).toEqual([young]);
    expect(await createTrash({ home: tempFolder() }).prune(30)).toBe(0);
  });
});
