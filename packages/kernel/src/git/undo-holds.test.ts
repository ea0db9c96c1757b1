import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { setUpSnapshots } from './snapshots.fixture.ts';

const LETTER = 'Dear Ada,\nthe only copy\n';

const gitIn = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

/** A turn hides a place; the owner's letter there is overwritten by the next. */
const HIDING: Readonly<Record<string, { letter: string; hide: (home: string) => void }>> = {
  'an ignore file beside it': {
    letter: 'letters/ada.md',
    hide: (home) => writeFiles(home, { 'letters/.gitignore': '*\n' }),
  },
  'the ignore file of the home': {
    letter: 'letters/ada.md',
    hide: (home) => writeFiles(home, { '.gitignore': 'letters/\n*.md\n' }),
  },
  'the excludes of the repository that is found from the home': {
    letter: 'letters/ada.md',
    hide: (home) => {
      const folder = gitIn(home, 'rev-parse', '--absolute-git-dir');
      mkdirSync(join(folder, 'info'), { recursive: true });
      writeFileSync(join(folder, 'info/exclude'), '*\n');
      gitIn(home, 'config', 'core.excludesFile', join(home, 'system/all'));
      writeFiles(home, { 'system/all': '*\n' });
    },
  },
  'a repository around it': {
    letter: 'letters/ada.md',
    hide: (home) => void gitIn(home, 'init', '-q', 'letters'),
  },
  'a repository around it that has it': {
    letter: 'letters/ada.md',
    hide: (home) => {
      gitIn(home, 'init', '-q', 'letters');
      writeFiles(home, { 'letters/readme': 'x' });
      gitIn(join(home, 'letters'), 'add', '.');
      gitIn(join(home, 'letters'), 'commit', '-qm', 'all');
    },
  },
  'the file of a worktree': {
    letter: 'letters/ada.md',
    hide: (home) => writeFiles(home, { 'letters/.git': 'gitdir: ../projects/none\n' }),
  },
  'flags in the index': {
    letter: 'letters/ada.md',
    hide: (home) => {
      writeFiles(home, { 'letters/ada.md': LETTER });
      gitIn(home, 'add', '-f', 'letters/ada.md');
      gitIn(home, 'update-index', '--assume-unchanged', 'letters/ada.md');
    },
  },
  'a sparse checkout': {
    letter: 'letters/ada.md',
    hide: (home) => void gitIn(home, 'sparse-checkout', 'set', 'documents'),
  },
  'attributes with a filter': {
    letter: 'letters/ada.md',
    hide: (home) => writeFiles(home, { '.gitattributes': '* -diff filter=none text eol=crlf\n' }),
  },
  'the name of a folder that tools make': {
    letter: 'projects/p/node_modules/ada.md',
    hide: () => {},
  },
  'the mark of a folder that tools make': {
    letter: 'projects/p/node_modules/ada.md',
    hide: (home) => writeFiles(home, { 'projects/p/package.json': '{}' }),
  },
  'the marks of all folders that tools make, where it lies': {
    letter: 'letters/ada.md',
    hide: (home) =>
      writeFiles(home, {
        'letters/package.json': '{}',
        'letters/pyvenv.cfg': '',
        'letters/CACHEDIR.TAG': '',
        'letters/Cargo.toml': '',
        'package.json': '{}',
      }),
  },
  'a folder for compiled Python': { letter: 'letters/__pycache__/ada.md', hide: () => {} },
  'a virtual environment without its mark': { letter: 'letters/.venv/ada.md', hide: () => {} },
};

describe('undo brings back a letter of the owner’s, whatever hides it', () => {
  it.each(Object.entries(HIDING))('%s', async (_what, { letter, hide }) => {
    const { home, snapshots, notices, read, turn, commitOf } = setUpSnapshots();
    await turn('trn_1', () => hide(home));
    const deleted = letter.replace('ada', 'bob');
    writeFiles(home, { [letter]: LETTER, [deleted]: LETTER });
    const commit = await commitOf('trn_2', () => {
      writeFiles(home, { [letter]: 'gone' });
      rmSync(join(home, deleted));
    });
    await snapshots.undo(commit);
    expect([read(letter), read(deleted)]).toEqual([LETTER, LETTER]);
    expect(notices).toEqual([]);
  });

  it('one that came to lie where snapshots do not look after it was in the history', async () => {
    const { home, snapshots, read, turn, commitOf } = setUpSnapshots();
    writeFiles(home, { 'letters/.venv/ada.md': LETTER, 'letters/node_modules/x/ada.md': LETTER });
    await turn('trn_1', () =>
      writeFiles(home, {
        'letters/.venv/pyvenv.cfg': '',
        'letters/package.json': '{}',
        'letters/node_modules/x/package.json': '{}',
      }),
    );
    const commit = await commitOf('trn_2', () => {
      writeFiles(home, { 'letters/.venv/ada.md': 'gone' });
      rmSync(join(home, 'letters/node_modules/x/ada.md'));
    });
    await snapshots.undo(commit);
    expect([read('letters/.venv/ada.md'), read('letters/node_modules/x/ada.md')]).toEqual([LETTER, LETTER]);
  });

  it('one in a tool’s own folder, when the write was announced', async () => {
    const { home, snapshots, read } = setUpSnapshots({
      'p/.venv/pyvenv.cfg': '',
      'p/.venv/lib/patched.py': LETTER,
    });
    await snapshots.before('trn_1');
    await snapshots.claim('trn_1', ['p/.venv/lib/patched.py', 'p/.venv/lib/new.py']);
    writeFiles(home, {
      'p/.venv/lib/patched.py': 'gone',
      'p/.venv/lib/new.py': 'new',
      'p/.venv/lib/other.py': 'x',
    });
    const done = await snapshots.after('trn_1', []);
    expect(done?.files.sort()).toEqual(['p/.venv/lib/new.py', 'p/.venv/lib/patched.py']);
    await snapshots.undo(done?.commit ?? '');
    expect(read('p/.venv/lib/patched.py')).toBe(LETTER);
    expect(existsSync(join(home, 'p/.venv/lib/new.py'))).toBe(false);
  });

  it('one that the owner wrote during the turn, before the turn wrote over it', async () => {
    const { home, snapshots, read } = setUpSnapshots();
    await snapshots.before('trn_1');
    writeFiles(home, { 'documents/a.md': LETTER });
    await snapshots.keep('trn_1', ['documents/a.md']);
    writeFiles(home, { 'documents/a.md': 'gone' });
    const done = await snapshots.after('trn_1', []);
    await snapshots.undo(done?.commit ?? '');
    expect(read('documents/a.md')).toBe(LETTER);
  });

  it('a folder that was moved away under another name', async () => {
    const { home, snapshots, read, commitOf } = setUpSnapshots({
      'letters/ada.md': LETTER,
      'letters/b/c.md': 'c',
    });
    const commit = await commitOf('trn_1', () => {
      writeFiles(home, { 'package.json': '{}', 'letters/package.json': '{}' });
      mkdirSync(join(home, 'node_modules'));
      renameSync(join(home, 'letters'), join(home, 'node_modules/letters'));
    });
    await snapshots.undo(commit);
    expect([read('letters/ada.md'), read('letters/b/c.md')]).toEqual([LETTER, 'c']);
  });

  it('a folder that became a link to elsewhere', async () => {
    const { home, snapshots, read, commitOf } = setUpSnapshots({ 'letters/ada.md': LETTER });
    const outside = tempFolder({ 'ada.md': LETTER });
    const commit = await commitOf('trn_1', () => {
      rmSync(join(home, 'letters'), { recursive: true });
      symlinkSync(outside, join(home, 'letters'));
    });
    await snapshots.undo(commit);
    expect(read('letters/ada.md')).toBe(LETTER);
    expect(readdirSync(outside)).toEqual(['ada.md']);
  });
});

describe('repositories within the home', () => {
  const setUpNested = () => {
    const all = setUpSnapshots();
    const project = join(all.home, 'projects/p');
    writeFiles(project, { 'index.html': 'first\n' });
    gitIn(all.home, 'init', '-q', '--initial-branch=main', 'projects/p');
    gitIn(project, 'add', '.');
    gitIn(project, 'commit', '-qm', 'first');
    return { ...all, project };
  };

  it('come back as they were, history and all, even when all refs were packed', async () => {
    const { home, project, snapshots, notices, git, commitOf } = setUpNested();
    gitIn(project, 'gc', '-q');
    gitIn(project, 'pack-refs', '--all');
    const commit = await commitOf('trn_1', () => rmSync(project, { recursive: true }));
    await snapshots.undo(commit);
    expect(gitIn(project, 'log', '--format=%s')).toBe('first');
    expect(gitIn(project, 'status', '--porcelain')).toBe('');
    gitIn(project, 'fsck', '--strict');
    expect(notices).toEqual([]);
    // The owner's view of the home stays clean, and so does the history.
    expect(git('status', '--porcelain')).toBe('');
    git('fsck', '--strict', '--no-dangling');
    await snapshots.redo(commit);
    expect(existsSync(join(home, 'projects'))).toBe(true);
    expect(existsSync(project)).toBe(false);
  });

  it('lose what a turn committed in them, and nothing else', async () => {
    const { project, snapshots, turn } = setUpNested();
    const done = await turn('trn_1', () => {
      writeFiles(project, { 'index.html': 'second\n' });
      gitIn(project, 'commit', '-qam', 'second');
    });
    expect(done?.files.sort()).toEqual(['projects/p/.git', 'projects/p/index.html']);
    await snapshots.undo(done?.commit ?? '');
    expect(gitIn(project, 'log', '--format=%s')).toBe('first');
    expect(gitIn(project, 'status', '--porcelain')).toBe('');
    await snapshots.redo(done?.commit ?? '');
    expect(gitIn(project, 'log', '--format=%s')).toBe('second\nfirst');
  });

  it('are gone without a trace when the turn that made them is undone', async () => {
    const { home, snapshots, commitOf } = setUpSnapshots();
    const commit = await commitOf('trn_1', () => {
      gitIn(home, 'init', '-q', 'projects/new');
      writeFiles(home, { 'projects/new/a.txt': 'a' });
    });
    await snapshots.undo(commit);
    expect(existsSync(join(home, 'projects/new'))).toBe(false);
  });

  it('keep hooks, configuration, worktrees and submodules that a turn changed', async () => {
    const { home, project, snapshots, read, commitOf } = setUpNested();
    gitIn(project, 'worktree', 'add', '-q', '../w');
    gitIn(project, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', project, 'sub');
    writeFiles(project, { '.git/hooks/pre-commit': '#!/bin/sh\n' });
    chmodSync(join(project, '.git/hooks/pre-commit'), 0o755);
    const paths = [
      'p/.git/config',
      'p/.git/hooks/pre-commit',
      'p/.gitmodules',
      'p/sub/.git',
      'w/.git',
      'w/index.html',
    ];
    const before = paths.map((path) => read(`projects/${path}`));
    const commit = await commitOf('trn_1', () => {
      for (const path of paths) writeFiles(home, { [`projects/${path}`]: 'gone' });
      rmSync(join(project, '.git/modules'), { recursive: true });
    });
    await snapshots.undo(commit);
    expect(paths.map((path) => read(`projects/${path}`))).toEqual(before);
    expect(gitIn(join(project, 'sub'), 'log', '--format=%s')).toBe('first');
    expect(gitIn(join(home, 'projects/w'), 'status', '--porcelain')).toBe('');
  });

  it('are never merged line by line', async () => {
    const { project, snapshots, commitOf } = setUpNested();
    const commit = await commitOf('trn_1', () =>
      writeFiles(project, { '.git/config': 'a\nb\nc\nd\ne\nf\n', '.git/description': 'x' }),
    );
    writeFiles(project, { '.git/config': 'a\nb\nc\nd\ne\nF\n' });
    await expect(snapshots.undo(commit)).rejects.toMatchObject({
      details: { files: ['projects/p/.git/config'] },
    });
  });

  it('may have names that stand for others in the history', async () => {
    const { home, snapshots, read, commitOf } = setUpSnapshots();
    const names = [
      'p/.GIT/x',
      'p/%.git/x',
      'p/%%.git',
      'p/.gitmodules/y',
      'p/git~1',
      'p/a\\b',
      'p/"q\n".md',
      'p/.git ./z',
    ];
    const files = Object.fromEntries(names.map((name) => [name, name]));
    writeFiles(home, files);
    symlinkSync('x', join(home, '.gitmodules'));
    const commit = await commitOf('trn_1', () => {
      rmSync(join(home, 'p'), { recursive: true });
      rmSync(join(home, '.gitmodules'));
    });
    await snapshots.undo(commit);
    expect(names.map(read)).toEqual(names);
    expect(readdirSync(home)).toContain('.gitmodules');
  });
});
