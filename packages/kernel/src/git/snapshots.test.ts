import {
  chmodSync,
  existsSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { HOME, setUpSnapshots as setUp } from './snapshots.fixture.ts';

describe('snapshots', () => {
  it('commits the owner’s changes before a turn and the turn’s after it, as the OS', async () => {
    const { home, git, turn } = setUp();
    const done = await turn('trn_1', () => {
      writeFiles(home, { 'apps/todo/index.html': '<h1>', 'documents/a.md': 'changed\n' });
      rmSync(join(home, 'system/soul.md'));
    });
    expect(done?.files.sort()).toEqual(['apps/todo/index.html', 'documents/a.md', 'system/soul.md']);
    expect(git('log', '--format=%s|%an <%ae>|%(trailers:key=Matrix-Turn,valueonly,separator=)')).toBe(
      'Turn trn_1|Matrix OS <os@matrix.local>|trn_1\nBefore trn_1|Matrix OS <os@matrix.local>|',
    );
    expect(git('rev-parse', 'HEAD')).toBe(done?.commit);
    expect(git('branch', '--show-current')).toBe('main');
    expect(git('status', '--porcelain')).toBe('');
  });

  it('answers null for a turn that changed nothing or never began, and touches no repository for it', async () => {
    const { home, history, snapshots, git, turn } = setUp();
    await snapshots.tend();
    expect(await snapshots.after('trn_0', [])).toBeNull();
    expect([existsSync(join(home, '.git')), existsSync(history)]).toEqual([false, false]);
    expect(await turn('trn_1', () => {})).toBeNull();
    writeFiles(home, { 'documents/mine.md': 'mine' });
    expect(await snapshots.after('trn_2', [])).toBeNull();
    expect(git('status', '--porcelain')).toBe('?? documents/mine.md');
  });

  it('takes stock once per turn', async () => {
    const { home, snapshots, git } = setUp();
    await snapshots.before('trn_1');
    writeFiles(home, { 'documents/b.md': 'of the turn' });
    await snapshots.before('trn_1');
    expect((await snapshots.after('trn_1', []))?.files).toEqual(['documents/b.md']);
    expect(git('rev-list', '--count', 'HEAD')).toBe('2');
  });

  it('keeps what the owner wrote during a turn apart', async () => {
    const { home, snapshots, git, read, turn } = setUp();
    const done = await turn(
      'trn_1',
      () =>
        writeFiles(home, {
          'documents/mine.md': 'mine',
          'apps/x/data/k.json': '1',
          'documents/its.md': 'its',
        }),
      ['documents/mine.md', 'apps/x'],
    );
    expect(done?.files).toEqual(['documents/its.md']);
    expect(git('log', '-1', '--skip=1', '--name-only', '--format=%s')).toContain('documents/mine.md');
    await snapshots.undo(done?.commit ?? '');
    expect(read('documents/mine.md')).toBe('mine');
    expect(existsSync(join(home, 'documents/its.md'))).toBe(false);
  });

  it('undoes and redoes contents, modes, links, binaries and folders', async () => {
    const { home, snapshots, read, commitOf } = setUp({
      ...HOME,
      'documents/gone.md': 'back again\n',
      'documents/folder/x.md': 'x',
      'documents/file': 'a file',
      'documents/tool': '#!/bin/sh\n',
    });
    symlinkSync('a.md', join(home, 'documents/link'));
    const binary = Buffer.from([0, 255, 13, 10, 0, 200]);
    writeFileSync(join(home, 'documents/binary'), binary);
    const commit = await commitOf('trn_1', () => {
      writeFiles(home, { 'documents/a.md': 'new\r\n', 'documents/ü/neu "x".md': 'umlaut' });
      rmSync(join(home, 'documents/gone.md'));
      rmSync(join(home, 'documents/folder'), { recursive: true });
      writeFileSync(join(home, 'documents/folder'), 'now a file');
      rmSync(join(home, 'documents/file'));
      writeFiles(home, { 'documents/file/inside.md': 'now a folder' });
      chmodSync(join(home, 'documents/tool'), 0o755);
      rmSync(join(home, 'documents/link'));
      symlinkSync('binary', join(home, 'documents/link'));
      writeFileSync(join(home, 'documents/binary'), Buffer.from([1, 0]));
    });
    const undone = await snapshots.undo(commit);
    expect(undone.files.length).toBe(10);
    expect(read('documents/a.md')).toBe(HOME['documents/a.md']);
    expect(read('documents/gone.md')).toBe('back again\n');
    expect(read('documents/folder/x.md')).toBe('x');
    expect(read('documents/file')).toBe('a file');
    expect(existsSync(join(home, 'documents/ü'))).toBe(false);
    expect(statSync(join(home, 'documents/tool')).mode & 0o111).toBe(0);
    expect(readlinkSync(join(home, 'documents/link'))).toBe('a.md');
    expect(readFileSync(join(home, 'documents/binary')).equals(binary)).toBe(true);

    // By the turn's commit or by the undo's, redo means the same.
    await snapshots.redo(commit);
    expect(read('documents/a.md')).toBe('new\r\n');
    expect(read('documents/file/inside.md')).toBe('now a folder');
    const again = await snapshots.undo(commit);
    await snapshots.redo(again.commit);
    expect(read('documents/folder')).toBe('now a file');
    expect(statSync(join(home, 'documents/tool')).mode & 0o100).toBe(0o100);
    expect((await snapshots.redo(commit)).files).toEqual([]);
  });

  it('undoes an earlier turn and leaves later work, also in the same file', async () => {
    const { home, snapshots, git, read, commitOf } = setUp();
    const first = await commitOf('trn_1', () =>
      writeFiles(home, { 'documents/a.md': 'ONE\ntwo\nthree\nfour\nfive\n', 'documents/b.md': 'b' }),
    );
    await commitOf('trn_2', () => writeFiles(home, { 'documents/a.md': 'ONE\ntwo\nthree\nfour\nFIVE\n' }));
    writeFiles(home, { 'documents/c.md': 'the owner’s' });
    const undone = await snapshots.undo(first);
    expect(read('documents/a.md')).toBe('one\ntwo\nthree\nfour\nFIVE\n');
    expect(existsSync(join(home, 'documents/b.md'))).toBe(false);
    expect(read('documents/c.md')).toBe('the owner’s');
    expect(git('log', '-1', '--format=%(trailers:key=Matrix-Undo,valueonly)')).toBe(first);
    expect(undone.commit).toBe(git('rev-parse', 'HEAD'));
    expect(git('status', '--porcelain')).toBe('');
  });

  it('refuses as a whole when the same lines changed since, and names the files', async () => {
    const { home, snapshots, git, read, commitOf } = setUp();
    const commit = await commitOf('trn_1', () =>
      writeFiles(home, { 'documents/a.md': 'ONE\n', 'documents/b.md': 'b\n', 'documents/d.md': 'd\n' }),
    );
    writeFiles(home, { 'documents/a.md': 'Eins\n' });
    rmSync(join(home, 'documents/d.md'));
    await expect(snapshots.undo(commit)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('documents/a.md'),
      details: { files: ['documents/a.md'] },
    });
    expect([read('documents/a.md'), read('documents/b.md')]).toEqual(['Eins\n', 'b\n']);
    expect(git('status', '--porcelain')).toBe('');
  });

  it('refuses when something it does not track stands in the way', async () => {
    const { home, snapshots, read, commitOf } = setUp();
    const commit = await commitOf('trn_1', () => rmSync(join(home, 'system'), { recursive: true }));
    writeFiles(home, { 'system/__pycache__/x.pyc': 'left out' });
    await snapshots.undo(commit);
    expect(read('system/soul.md')).toBe('kind\n');

    const second = await commitOf('trn_2', () => rmSync(join(home, 'documents/a.md')));
    writeFiles(home, { 'documents/a.md/__pycache__/x.pyc': 'left out' });
    await expect(snapshots.undo(second)).rejects.toMatchObject({ code: 'conflict' });
    expect(read('documents/a.md/__pycache__/x.pyc')).toBe('left out');
  });

  it('never writes through a link that took the place of a folder', async () => {
    const { home, snapshots, commitOf } = setUp();
    const commit = await commitOf('trn_1', () => rmSync(join(home, 'documents/a.md')));
    const outside = tempFolder();
    rmSync(join(home, 'documents'), { recursive: true, force: true });
    symlinkSync(outside, join(home, 'documents'));
    await expect(snapshots.undo(commit)).rejects.toMatchObject({ code: 'conflict' });
    expect(existsSync(join(outside, 'a.md'))).toBe(false);
  });

  it.each(['', 'HEAD', '--help', '0'.repeat(40), 'f'.repeat(64)])('knows no commit %j', async (commit) => {
    const { snapshots } = setUp();
    await expect(snapshots.undo(commit)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('gives each of two turns at once what it is known to have written', async () => {
    const { home, snapshots } = setUp();
    await snapshots.before('trn_1');
    writeFiles(home, { 'documents/of-1.md': '1' });
    await snapshots.before('trn_2');
    await snapshots.claim('trn_2', ['documents/of-2.md']);
    writeFiles(home, { 'documents/of-2.md': 'half', 'documents/by-command.md': '?' });
    expect((await snapshots.after('trn_1', []))?.files).toEqual([
      'documents/by-command.md',
      'documents/of-1.md',
    ]);
    writeFiles(home, { 'documents/of-2.md': 'whole' });
    expect((await snapshots.after('trn_2', []))?.files).toEqual(['documents/of-2.md']);
  });

  it('leaves the rest to the others when all that a turn wrote is known', async () => {
    const { home, snapshots } = setUp();
    await Promise.all([snapshots.before('trn_1'), snapshots.before('trn_2')]);
    writeFiles(home, { 'documents/of-1.md': '1', 'documents/by-command.md': 'of 2' });
    expect((await snapshots.after('trn_1', [], { only: ['documents/of-1.md'] }))?.files).toEqual([
      'documents/of-1.md',
    ]);
    expect((await snapshots.after('trn_2', []))?.files).toEqual(['documents/by-command.md']);
  });

  it('does not undo what a running turn is changing', async () => {
    const { home, snapshots, read, commitOf } = setUp();
    const commit = await commitOf('trn_1', () =>
      writeFiles(home, { 'documents/b.md': 'b', 'documents/c.md': 'c' }),
    );
    await snapshots.before('trn_2');
    writeFiles(home, { 'documents/b.md': 'half', 'documents/new.md': 'n' });
    await expect(snapshots.undo(commit)).rejects.toMatchObject({ details: { files: ['documents/b.md'] } });
    writeFiles(home, { 'documents/b.md': 'b' });
    expect((await snapshots.undo(commit)).files).toEqual(['documents/b.md', 'documents/c.md']);
    expect(read('documents/new.md')).toBe('n');
    expect((await snapshots.after('trn_2', []))?.files).toEqual(['documents/new.md']);
  });

  it('leaves large files and halves of files out, and says so once', async () => {
    const { home, notices, git, turn } = setUp();
    const work = (): void => {
      writeFiles(home, { 'documents/film.mp4': '', 'documents/.b.md.0123456789ab.tmp': '' });
      truncateSync(join(home, 'documents/film.mp4'), 50_000_001);
      writeFiles(home, { '.trash/x': 'where the bin used to be', 'documents/b.md': 'b' });
    };
    expect((await turn('trn_1', work))?.files).toEqual(['documents/b.md']);
    await turn('trn_2', () => writeFiles(home, { 'documents/b.md': 'c' }));
    expect(notices).toEqual(['Undo doesn\'t cover "documents/film.mp4": it is larger than 50 MB.']);
    expect(git('ls-files')).not.toMatch(/trash|film|tmp/);
  });

  it('runs nothing that the home’s configuration or attributes name', async () => {
    const { home, history, snapshots, git, read, commitOf } = setUp();
    await commitOf('trn_1', () => writeFiles(home, { 'documents/b.md': 'b\r\n' }));
    const mark = join(home, 'documents/ran');
    const evil = `sh -c 'echo ran >> "${mark}"; cat' `;
    for (const key of [
      'core.fsmonitor',
      'core.pager',
      'core.editor',
      'core.sshCommand',
      'diff.external',
      'filter.x.clean',
      'filter.x.smudge',
      'filter.x.process',
      'diff.x.command',
      'diff.x.textconv',
      'merge.x.driver',
      'credential.helper',
      'gpg.program',
      'core.alternateRefsCommand',
      'gc.recentObjectsHook',
      'alias.status',
    ])
      git('config', key, evil);
    git('config', 'merge.default', 'x');
    git('config', 'commit.gpgSign', 'true');
    git('config', 'core.hooksPath', 'hooks');
    git('config', 'core.worktree', '/');
    git('config', 'filter.x.required', 'true');
    git('config', 'core.autocrlf', 'true');
    for (const hook of [
      'pre-commit',
      'post-index-change',
      'reference-transaction',
      'post-commit',
      'fsmonitor-watchman',
    ]) {
      writeFiles(home, { [`hooks/${hook}`]: `#!/bin/sh\n${evil}` });
      writeFiles(history, { [`hooks/${hook}`]: `#!/bin/sh\n${evil}` });
      chmodSync(join(home, 'hooks', hook), 0o755);
      chmodSync(join(history, 'hooks', hook), 0o755);
    }
    writeFiles(home, {
      '.gitattributes': '* filter=x diff=x merge=x text eol=crlf ident working-tree-encoding=UTF-16\n',
    });
    writeFiles(history, { 'info/attributes': '* filter=x merge=x diff=x\n' });
    const commit = await commitOf('trn_2', () =>
      writeFiles(home, { 'documents/a.md': 'one\r\ntwo\n$Id$\nthree\n' }),
    );
    await commitOf('trn_3', () => writeFiles(home, { 'documents/a.md': 'one\r\ntwo\n$Id$\nthree\nfour\n' }));
    expect(commit).not.toBe('');
    await expect(snapshots.undo(commit)).rejects.toMatchObject({ code: 'conflict' });
    const again = await commitOf('trn_4', () => writeFiles(home, { 'documents/b.md': 'B\r\n' }));
    await snapshots.undo(again);
    expect(read('documents/b.md')).toBe('b\r\n');
    expect(existsSync(mark)).toBe(false);
  });

  it('commits what a killed process’s turn left as that turn’s', async () => {
    const { home, snapshots, again, git } = setUp();
    await snapshots.before('trn_1');
    writeFiles(home, { 'documents/b.md': 'b' });
    const next = again();
    const done = await next.after('trn_1', []);
    expect(done?.files).toEqual(['documents/b.md']);

    await next.before('trn_2');
    writeFiles(home, { 'documents/c.md': 'c' });
    const third = again();
    await third.before('trn_3');
    expect(git('log', '-1', '--format=%(trailers:key=Matrix-Turn,valueonly)')).toBe('trn_2');
    expect(await third.after('trn_3', [])).toBeNull();
  });

  it('clears the locks of a killed git', async () => {
    const { home, history, git, commitOf } = setUp();
    await commitOf('trn_1', () => writeFiles(home, { 'documents/b.md': 'b' }));
    for (const lock of ['index.lock', 'HEAD.lock', 'refs/heads/main.lock', 'refs/matrix/next.lock'])
      writeFiles(history, { [lock]: '' });
    const commit = await commitOf('trn_2', () => writeFiles(home, { 'documents/c.md': 'c' }));
    expect(git('rev-parse', 'HEAD')).toBe(commit);
    expect(existsSync(join(history, 'index.lock'))).toBe(false);
  });

  it('tidies up when nobody waits, and loses nothing by a failure of it', async () => {
    const { home, history, snapshots, notices, commitOf } = setUp();
    await commitOf('trn_1', () => {});
    // As many as a gc is worth, of which it can make nothing.
    for (let n = 0; n < 30; n++) writeFiles(history, { [`objects/17/${String(n).padStart(38, '0')}`]: '' });
    const commit = await commitOf('trn_2', () => writeFiles(home, { 'documents/b.md': 'b' }));
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    await snapshots.close();
    expect(notices).toEqual([]);
  });

  it('completes an undo that was killed in the middle', async () => {
    const { home, history, snapshots, again, git, read, commitOf } = setUp();
    const commit = await commitOf('trn_1', () =>
      writeFiles(home, { 'documents/a.md': 'A', 'documents/b.md': 'B', 'documents/c.md': 'C' }),
    );
    const before = git('rev-parse', 'HEAD');
    const undone = await snapshots.undo(commit);
    // As a kill leaves it: planned, one file done, one since changed by the owner, nothing moved.
    git('update-ref', 'HEAD', before);
    writeFiles(history, { 'matrix-undo.json': JSON.stringify({ from: before, to: undone.commit }) });
    writeFiles(home, { 'documents/b.md': 'B', 'documents/c.md': 'mine now' });
    const next = again();
    await next.before('trn_2');
    expect(read('documents/a.md')).toBe(HOME['documents/a.md']);
    expect(existsSync(join(home, 'documents/b.md'))).toBe(false);
    expect(read('documents/c.md')).toBe('mine now');
    expect(git('log', '--format=%H')).toContain(undone.commit);
    expect(existsSync(join(history, 'matrix-undo.json'))).toBe(false);
  });

  it('goes on without git', async () => {
    const { home, again } = setUp();
    const snapshots = again({ path: '/nonexistent' });
    expect(await snapshots.available()).toBe(false);
    await snapshots.before('trn_1');
    writeFiles(home, { 'documents/b.md': 'b' });
    expect(await snapshots.after('trn_1', [])).toBeNull();
    await expect(snapshots.undo('0'.repeat(40))).rejects.toMatchObject({ code: 'unavailable' });
    await snapshots.close();
  });

  it('tells about a history that can not be kept, and lets the turn go on', async () => {
    const { home, history, notices, turn } = setUp();
    writeFiles(join(history, '..'), { 'history.git': 'a file' });
    expect(await turn('trn_1', () => writeFiles(home, { 'documents/b.md': 'b' }))).toBeNull();
    expect(notices).toEqual([expect.stringContaining("This turn can't be undone")]);
    rmSync(history);
    expect((await turn('trn_2', () => writeFiles(home, { 'documents/c.md': 'c' })))?.files).toEqual([
      'documents/c.md',
    ]);
  });
});
