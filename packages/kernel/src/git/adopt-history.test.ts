import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasOtherDisk, onOtherDisk, tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { oldHome, setUpSnapshots } from './snapshots.fixture.ts';

describe('a history that lies in the home, as it used to', () => {
  for (const where of ['same', 'another'] as const) {
    it.runIf(where === 'same' || hasOtherDisk)(`moves to the state, on ${where} disk`, async () => {
      const state = where === 'same' ? tempFolder() : onOtherDisk();
      const { home, history, snapshots, bin, notices, git, read } = setUpSnapshots({}, state);
      const { turn } = oldHome(home);
      await snapshots.tend();
      expect(read('.git')).toBe(`gitdir: ${history}\n`);
      expect(git('log', '--format=%s')).toBe('Turn trn_1\nBefore trn_1');
      // Undo of what was done before still works, and the owner's own git sees a clean home.
      await snapshots.undo(turn);
      expect(read('documents/a.md')).toBe('first\n');
      expect(git('status', '--porcelain')).toBe('');
      git('fsck', '--strict', '--no-dangling');
      expect(readdirSync(state)).toEqual(['history.git']);
      expect([notices, await bin.list()]).toEqual([[], []]);
    });
  }

  it('brings nothing along that runs or leads elsewhere', async () => {
    const { home, history, snapshots, git } = setUpSnapshots({});
    oldHome(home);
    const mark = join(home, 'ran');
    const dot = join(home, '.git');
    execFileSync('git', ['-C', home, 'config', 'core.fsmonitor', `touch ${mark}; false`]);
    execFileSync('git', ['-C', home, 'config', 'core.worktree', '/']);
    writeFiles(dot, {
      'hooks/post-checkout': '#!/bin/sh\n',
      'info/grafts': 'x',
      commondir: '/elsewhere',
      'config.worktree': 'x',
    });
    writeFiles(dot, {
      'objects/info/alternates': '/elsewhere\n',
      'objects/pack/tmp_pack': 'x',
      'refs/heads/x.lock': '',
    });
    symlinkSync('/etc/passwd', join(dot, 'refs/heads/evil'));
    symlinkSync('/etc', join(dot, 'logs/etc'));
    await snapshots.tend();
    await snapshots.before('trn_2');
    expect(git('rev-parse', '--show-toplevel')).toBe(home);
    git('status');
    expect(existsSync(mark)).toBe(false);
    expect(readdirSync(history).sort()).toEqual([
      'HEAD',
      'config',
      'index',
      'info',
      'logs',
      'matrix-turns.json',
      'objects',
      'refs',
    ]);
    expect(readdirSync(join(history, 'refs/heads'))).toEqual(['main']);
    expect(existsSync(join(history, 'objects/info/alternates'))).toBe(false);
    expect(readdirSync(join(history, 'logs')).sort()).toEqual(['HEAD', 'refs']);
  });

  // What a kill leaves after each step.
  const STOPPED: Readonly<Record<string, (home: string, history: string) => void>> = {
    'in the middle of the copy': (home, history) => {
      mkdirSync(`${history}.moved.partial/objects`, { recursive: true });
      cpSync(join(home, '.git/HEAD'), `${history}.moved.partial/HEAD`);
    },
    'after the copy': (home, history) => cpSync(join(home, '.git'), `${history}.moved`, { recursive: true }),
    'after the rename': (home, history) => renameSync(join(home, '.git'), `${history}.moved`),
    'when it was cleaned': (home, history) => {
      renameSync(join(home, '.git'), `${history}.moved`);
      rmSync(join(`${history}.moved`, 'config'));
      writeFiles(`${history}.moved`, { 'matrix-moving': '' });
    },
    'in the middle of the removal': (home, history) => {
      cpSync(join(home, '.git'), history, { recursive: true });
      rmSync(join(history, 'index'));
      writeFiles(history, { 'matrix-moving': '' });
      rmSync(join(home, '.git/objects'), { recursive: true });
    },
    'before the mark went': (home, history) => {
      renameSync(join(home, '.git'), history);
      rmSync(join(history, 'index'));
      writeFiles(history, { 'matrix-moving': '' });
    },
  };
  for (const [when, stop] of Object.entries(STOPPED)) {
    it(`moves although the first try was killed ${when}`, async () => {
      const { home, history, snapshots, bin, notices, git, read } = setUpSnapshots({});
      const { turn } = oldHome(home);
      mkdirSync(join(history, '..'), { recursive: true });
      stop(home, history);
      await snapshots.tend();
      expect(read('.git')).toBe(`gitdir: ${history}\n`);
      await snapshots.undo(turn);
      expect(read('documents/a.md')).toBe('first\n');
      git('fsck', '--strict', '--no-dangling');
      expect(readdirSync(join(history, '..'))).toEqual(['history.git']);
      expect([notices, await bin.list()]).toEqual([[], []]);
    });
  }

  it('stays where it is when there is no room, and is told about', async () => {
    const { home, history, snapshots, notices, turn } = setUpSnapshots({});
    oldHome(home);
    // Nothing can be made in the place of the state.
    writeFiles(join(history, '../..'), { state: '' });
    await snapshots.tend();
    expect(await turn('trn_2', () => writeFiles(home, { 'documents/b.md': 'b' }))).toBeNull();
    expect(lstatSync(join(home, '.git')).isDirectory()).toBe(true);
    expect(notices).toEqual([
      expect.stringContaining('Make room'),
      expect.stringContaining("This turn can't be undone"),
    ]);
  });

  it('is begun anew in a home that was copied without its state', async () => {
    const { home, history, snapshots, notices, bin, read, turn } = setUpSnapshots({
      'a.md': 'a',
      '.git': 'gitdir: /elsewhere/history.git\n',
    });
    await snapshots.tend();
    expect((await turn('trn_1', () => writeFiles(home, { 'b.md': 'b' })))?.files).toEqual(['b.md']);
    expect(read('.git')).toBe(`gitdir: ${history}\n`);
    expect([notices, await bin.list()]).toEqual([[], []]);
  });
});

describe('the file that leads to the history', () => {
  const IN_ITS_PLACE: Readonly<Record<string, (home: string) => void>> = {
    'a folder with a configuration': (home) => {
      execFileSync('git', ['init', '-q', '--separate-git-dir', join(home, 'x'), home]);
      rmSync(join(home, '.git'));
      renameSync(join(home, 'x'), join(home, '.git'));
    },
    'a file that leads to another': (home) => writeFiles(home, { '.git': 'gitdir: documents/evil\n' }),
    'a link to another': (home) => symlinkSync('documents/evil', join(home, '.git')),
    'a link that leads nowhere': (home) => symlinkSync('nowhere', join(home, '.git')),
    'a pipe': (home) => void execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', join(home, '.git')]),
    'a large file': (home) => writeFiles(home, { '.git': 'x'.repeat(20_000) }),
  };
  for (const [what, put] of Object.entries(IN_ITS_PLACE)) {
    it(`is put right when ${what} took its place, and the turn is in the history all the same`, async () => {
      const { home, history, snapshots, bin, notices, git, read, turn } = setUpSnapshots({ 'a.md': 'a' });
      const done = await turn('trn_1', () => {
        rmSync(join(home, '.git'));
        put(home);
        writeFiles(home, { 'a.md': 'changed' });
      });
      expect(done?.files.filter((file) => !file.startsWith('git-set-aside-1'))).toEqual(['a.md']);
      expect(read('.git')).toBe(`gitdir: ${history}\n`);
      expect(git('log', '-1', '--format=%s')).toBe('Turn trn_1');
      expect(notices).toEqual([expect.stringContaining('It is called "git-set-aside-1" now')]);
      expect([readdirSync(home), await bin.list()]).toEqual([
        expect.arrayContaining(['git-set-aside-1']),
        [],
      ]);
      await snapshots.undo(done?.commit ?? '');
      expect(read('a.md')).toBe('a');
    });
  }

  it.runIf(hasOtherDisk)('costs nothing when a folder of any size took its place', async () => {
    const state = onOtherDisk();
    const { home, notices, turn } = setUpSnapshots({ 'a.md': 'a' }, state);
    await turn('trn_1', () => {
      rmSync(join(home, '.git'));
      writeFiles(home, { '.git/x': '' });
      truncateSync(join(home, '.git/x'), 10e12);
    });
    expect(lstatSync(join(home, 'git-set-aside-1/x')).size).toBe(10e12);
    expect(readdirSync(state)).toEqual(['history.git']);
    expect(notices).toEqual([
      expect.stringContaining('It is called "git-set-aside-1" now'),
      expect.stringContaining('larger than 50 MB'),
    ]);
  });

  it('is made again when it is gone', async () => {
    const { home, history, snapshots, notices, read, turn } = setUpSnapshots({ 'a.md': 'a' });
    await turn('trn_1', () => rmSync(join(home, '.git'), { force: true }));
    rmSync(join(home, '.git'));
    await snapshots.tend();
    expect([read('.git'), notices]).toEqual([`gitdir: ${history}\n`, []]);
  });

  it('follows a home and a state that moved', async () => {
    const { home, history, snapshots, turn, git } = setUpSnapshots({ 'a.md': 'a' });
    await turn('trn_1', () => writeFiles(home, { 'a.md': 'b' }));
    await snapshots.close();
    const moved = setUpSnapshots({}, tempFolder());
    cpSync(home, moved.home, { recursive: true });
    cpSync(history, moved.history, { recursive: true });
    await moved.snapshots.tend();
    expect((await moved.turn('trn_2', () => writeFiles(moved.home, { 'a.md': 'c' })))?.files).toEqual([
      'a.md',
    ]);
    expect(moved.git('log', '--format=%s')).toBe('Turn trn_2\nTurn trn_1\nBefore trn_1');
    const plain = execFileSync('git', [`--git-dir=${moved.history}`, 'rev-parse', '--show-toplevel'], {
      cwd: moved.home,
      encoding: 'utf8',
    });
    expect(plain.trim()).toBe(moved.home);
    expect([moved.notices, git('log', '-1', '--format=%s')]).toEqual([[], 'Turn trn_1']);
  });
});
