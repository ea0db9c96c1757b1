import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flip } from '../home/flip.fixture.ts';
import { tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { applyChanges } from './apply-changes.ts';
import { readPath } from './read-files.ts';
import { createGit } from './run-git.ts';
import { setUpSnapshots } from './snapshots.fixture.ts';

const CANARY = 'canary-93b1f7';

describe('what goes on running in the home while a snapshot is taken or undone', () => {
  // The agent may read the history: what a snapshot reads for it through a link would be told.
  it.each(['letters/ada.md', 'letters'])(
    'has nothing read from outside by exchanging %s',
    async (exchanged) => {
      const outside = tempFolder({ 'ada.md': CANARY });
      const home = tempFolder({ 'letters/ada.md': 'mine' });
      const stop = flip(join(home, exchanged), exchanged === 'letters' ? outside : join(outside, 'ada.md'));
      const outcomes = new Set<string>();
      for (let n = 0; n < 3000; n++)
        outcomes.add(
          await readPath(home, 'letters/ada.md', { mode: '100644' }).then(
            ({ content }) => content.toString(),
            () => 'refused',
          ),
        );
      await stop();
      expect([...outcomes].sort()).toEqual(['mine', 'refused']);
    },
  );

  it('has nothing written or removed outside by exchanging a folder', async () => {
    const outside = tempFolder({ 'ada.md': CANARY, 'keep.md': CANARY });
    const { home, history, git, turn } = setUpSnapshots({ 'letters/ada.md': 'mine' });
    await turn('trn_1', () => {});
    const to = { mode: '100644', oid: git('rev-parse', 'HEAD:letters/ada.md') };
    const changes = [
      { path: 'letters/ada.md', from: null, to },
      { path: 'letters/new.md', from: null, to },
      { path: 'letters/keep.md', from: to, to: null },
    ];
    const stop = flip(join(home, 'letters'), outside);
    for (let n = 0; n < 40; n++)
      await applyChanges(createGit({ home, history }), home, changes).catch(() => {});
    await stop();
    expect(readdirSync(outside).sort()).toEqual(['ada.md', 'keep.md']);
    expect(readFileSync(join(outside, 'ada.md'), 'utf8')).toBe(CANARY);
  });

  it('runs nothing of what nested repositories and attributes name', async () => {
    const { home, snapshots, commitOf } = setUpSnapshots();
    const mark = join(home, 'ran');
    const evil = `touch ${mark}; false`;
    execFileSync('git', ['init', '-q', join(home, 'p')]);
    for (const key of [
      'core.fsmonitor',
      'filter.x.clean',
      'filter.x.smudge',
      'diff.x.textconv',
      'core.sshCommand',
    ])
      execFileSync('git', ['-C', join(home, 'p'), 'config', key, evil]);
    writeFiles(home, {
      'p/.gitattributes': '* filter=x diff=x\n',
      '.gitattributes': '* filter=x\n',
      'p/a': 'a',
    });
    // The home itself made to look like a bare repository.
    writeFiles(home, {
      HEAD: 'ref: refs/heads/main\n',
      'refs/x': '',
      'objects/x': '',
      config: `[core]\nfsmonitor = "${evil}"\n`,
    });
    const commit = await commitOf('trn_1', () => writeFiles(home, { 'p/a': 'b', HEAD: 'x' }));
    await snapshots.undo(commit);
    expect(readFileSync(join(home, 'p/a'), 'utf8')).toBe('a');
    // The owner's own, in the home: the file that leads to the history comes before the bare one.
    execFileSync('git', ['-C', home, 'status']);
    expect(existsSync(mark)).toBe(false);
  });
});
