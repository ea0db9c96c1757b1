import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flip } from './flip.fixture.ts';
import { hasOtherDisk, onOtherDisk, tempFolder, writeFiles } from './temp-folder.fixture.ts';
import { createTrash } from './trash.ts';

const setUp = () => {
  const home = tempFolder({ 'documents/a.md': 'a', 'apps/todo/data/x.json': '1', 'system/soul.md': '' });
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const folder = join(tempFolder(), 'state', 'trash');
  return { home, folder, clock, bin: createTrash({ home, bin: folder, now: () => clock.now }) };
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
    const { folder, clock, bin } = setUp();
    expect(await bin.list()).toEqual([]);
    const first = await bin.trash('documents/a.md');
    clock.now += 1000;
    const second = await bin.trash('apps/todo');
    writeFiles(folder, { [`del_${'0'.repeat(21)}/meta.json`]: '{', note: 'x' });
    expect((await bin.list()).map((item) => [item.id, item.path])).toEqual([
      [second, 'apps/todo'],
      [first, 'documents/a.md'],
    ]);
  });

  it('forgets what is old enough', async () => {
    const { folder, clock, bin } = setUp();
    await bin.trash('documents/a.md');
    clock.now += 20 * 86_400_000;
    const young = await bin.trash('apps/todo');
    clock.now += 11 * 86_400_000;
    expect(await bin.prune(30)).toBe(1);
    expect(readdirSync(folder)).toEqual([young]);
    expect(await createTrash({ home: tempFolder(), bin: join(tempFolder(), 'none') }).prune(30)).toBe(0);
  });

  it('never moves anything through a link that takes the place of a folder', async () => {
    const { home, bin } = setUp();
    const outside = tempFolder({ 'a.md': 'not yours' });
    const id = await bin.trash('documents/a.md');
    const stop = flip(join(home, 'documents'), outside);
    for (let n = 0; n < 200; n++) {
      await bin.trash('documents/a.md').catch(() => {});
      await bin.restore(id).catch(() => {});
    }
    await stop();
    expect(readdirSync(outside)).toEqual(['a.md']);
    expect(readFileSync(join(outside, 'a.md'), 'utf8')).toBe('not yours');
  });

  describe('where it used to be, in the home', () => {
    const ID = `del_${'0'.repeat(20)}`;
    const OLD = {
      [`.trash/${ID}1/meta.json`]: '{"path":"documents/old.md","deletedAt":"2026-01-01T00:00:00.000Z"}',
      [`.trash/${ID}1/content`]: 'old',
      [`.trash/${ID}2/meta.json`]: '{"path":"documents/older.md","deletedAt":"2026-01-01T00:00:00.000Z"}',
      [`.trash/${ID}2/content`]: 'older',
    };

    it('is emptied into the new one, also when that was killed before', async () => {
      const { home, folder, bin } = setUp();
      writeFiles(home, OLD);
      // One item was copied as a whole, of another half.
      writeFiles(folder, { [`${ID}1/content`]: 'old', [`${ID}2.partial/content`]: 'ol' });
      writeFiles(folder, { [`${ID}1/meta.json`]: OLD[`.trash/${ID}1/meta.json`] ?? '' });
      await bin.adopt();
      await bin.adopt();
      expect(existsSync(join(home, '.trash'))).toBe(false);
      expect(readdirSync(folder).sort()).toEqual([`${ID}1`, `${ID}2`]);
      await bin.restore(`${ID}2`);
      expect(readFileSync(join(home, 'documents/older.md'), 'utf8')).toBe('older');
    });

    it('leaves nothing else behind either', async () => {
      const { home, bin } = setUp();
      writeFiles(home, { '.trash/note': 'x' });
      await bin.adopt();
      expect(existsSync(join(home, '.trash'))).toBe(false);
      symlinkSync('/', join(home, '.trash'));
      await bin.adopt();
      expect(readdirSync(home)).not.toContain('.trash');
      expect(readFileSync(join(home, 'trash-set-aside-1/note'), 'utf8')).toBe('x');
      expect(readlinkSync(join(home, 'trash-set-aside-2'))).toBe('/');
      expect(await bin.list()).toEqual([]);
    });
  });

  describe.runIf(hasOtherDisk)('on another disk', () => {
    const setUpApart = () => {
      const home = tempFolder({ 'p/a/x.txt': 'x', 'p/run.sh': '#!/bin/sh', 'p/read-only/y': 'y' });
      symlinkSync('a/x.txt', join(home, 'p/link'));
      symlinkSync('/nowhere', join(home, 'p/dangling'));
      chmodSync(join(home, 'p/run.sh'), 0o755);
      chmodSync(join(home, 'p/read-only'), 0o555);
      execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', join(home, 'p/pipe')]);
      const folder = join(onOtherDisk(), 'trash');
      return { home, folder, bin: createTrash({ home, bin: folder }) };
    };

    it('takes and gives back what it got, following no link', async () => {
      const { home, folder, bin } = setUpApart();
      const id = await bin.trash('p');
      expect(readdirSync(home)).toEqual([]);
      expect(readdirSync(join(folder, id)).sort()).toEqual(['content', 'meta.json']);
      await bin.restore(id);
      expect(readdirSync(join(home, 'p')).sort()).toEqual(['a', 'dangling', 'link', 'read-only', 'run.sh']);
      expect(readFileSync(join(home, 'p/a/x.txt'), 'utf8')).toBe('x');
      expect([readlinkSync(join(home, 'p/link')), readlinkSync(join(home, 'p/dangling'))]).toEqual([
        'a/x.txt',
        '/nowhere',
      ]);
      expect(statSync(join(home, 'p/run.sh')).mode & 0o777).toBe(0o755);
      expect(readdirSync(folder)).toEqual([]);
    });

    it('removes the rest of an original whose removal was killed', async () => {
      const { home, folder, bin } = setUpApart();
      const id = await bin.trash('p');
      const { leaving } = JSON.parse(readFileSync(join(folder, id, 'meta.json'), 'utf8'));
      writeFiles(home, { [`${leaving}/half`]: 'x' });
      await bin.prune(30);
      expect(readdirSync(home)).toEqual([]);
      expect(await bin.list()).toHaveLength(1);
    });

    it('adopts the bin that lies in the home', async () => {
      const { home, folder, bin } = setUpApart();
      const id = `del_${'0'.repeat(21)}`;
      const meta = '{"path":"documents/old.md","deletedAt":"2026-01-01T00:00:00.000Z"}';
      writeFiles(home, { [`.trash/${id}/meta.json`]: meta, [`.trash/${id}/content/deep/x`]: 'x' });
      await bin.adopt();
      expect([existsSync(join(home, '.trash')), readdirSync(folder)]).toEqual([false, [id]]);
      await bin.restore(id);
      expect(readFileSync(join(home, 'documents/old.md/deep/x'), 'utf8')).toBe('x');
    });
  });
});
