import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { tempFolder, writeFiles } from '../home/temp-folder.fixture.ts';
import { createSnapshots } from './snapshots.ts';

// Turns that write, are committed, undone and redone, for ever.
const script = `
  const [, module, home, history, round] = process.argv;
  const { renameSync, writeFileSync } = await import('node:fs');
  const { createSnapshots } = await import(module);
  const snapshots = createSnapshots({ home, history });
  console.log('go');
  for (let n = 0; ; n++) {
    const turn = 'trn_' + round + '_' + n;
    await snapshots.before(turn);
    for (let file = 0; file < 5; file++) {
      writeFileSync(history + '/new', (turn + ' line\\n').repeat(500));
      renameSync(history + '/new', home + '/documents/' + file + '.md');
    }
    const done = await snapshots.after(turn, []);
    if (done && n % 2) {
      await snapshots.undo(done.commit);
      await snapshots.redo(done.commit);
    }
  }
`;

describe('snapshots as a process', () => {
  it('leaves a sound history and whole files after twenty kills', async () => {
    const home = tempFolder({ 'documents/0.md': 'first\n' });
    const history = join(tempFolder(), 'history.git');
    for (let round = 0; round < 20; round++) {
      const child = spawn(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          script,
          join(import.meta.dirname, 'snapshots.ts'),
          home,
          history,
          String(round),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(child.stdout, 'data');
      // Spread over the length of a few turns; where exactly is the machine's affair.
      await delay((round * 37) % 300);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }

    const notices: string[] = [];
    const snapshots = createSnapshots({
      home,
      history,
      onNotice: (message) => notices.push(message),
    });
    await snapshots.before('trn_last');
    writeFiles(home, { 'documents/last.md': 'last\n' });
    const done = await snapshots.after('trn_last', []);
    expect(notices).toEqual([]);
    expect(done?.files).toEqual(['documents/last.md']);
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', home, ...args], { encoding: 'utf8' });
    git('fsck', '--strict', '--no-dangling');
    expect(git('status', '--porcelain')).toBe('');
    expect(readdirSync(history).filter((name) => name.endsWith('.lock'))).toEqual([]);
    for (let file = 0; file < 5; file++) {
      const lines = readFileSync(join(home, `documents/${file}.md`), 'utf8').split('\n');
      expect(new Set(lines).size).toBe(2);
    }
    await snapshots.undo(done?.commit ?? '');
    await snapshots.close();
  });
});
