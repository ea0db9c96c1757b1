import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hasOtherDisk, onOtherDisk, writeFiles } from '../home/temp-folder.fixture.ts';
import { createTrash } from '../home/trash.ts';
import { oldHome, setUpSnapshots } from './snapshots.fixture.ts';

const script = `
  const [, sources, home, state] = process.argv;
  const { adoptHistory } = await import(sources + '/git/adopt-history.ts');
  const { createTrash } = await import(sources + '/home/trash.ts');
  console.log('go');
  await adoptHistory(home, state + '/history.git');
  await createTrash({ home, bin: state + '/trash' }).adopt();
`;
const TRASHED = `del_${'0'.repeat(21)}`;
const SOURCES = join(import.meta.dirname, '..');

describe('moving the history and the bin out of the home', () => {
  it.runIf(hasOtherDisk)('is completed by the next start, whenever it was killed', async () => {
    const completed = new Set<boolean>();
    for (let round = 0; round < 8; round++) {
      const state = onOtherDisk();
      const { home, history, snapshots, git, read, notices } = setUpSnapshots({}, state);
      writeFiles(
        home,
        Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`documents/${n}.md`, `${n}\n`])),
      );
      const { turn } = oldHome(home);
      writeFiles(home, {
        [`.trash/${TRASHED}/meta.json`]: '{"path":"old","deletedAt":"2026-01-01T00:00:00.000Z"}',
        [`.trash/${TRASHED}/content/deep/file`]: 'deleted',
      });

      const child = spawn(process.execPath, ['--input-type=module', '-e', script, SOURCES, home, state], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      await once(child.stdout, 'data');
      // Spread over the length of a move; where exactly is the machine's affair.
      await Promise.race([exited, delay(round * 25)]);
      child.kill('SIGKILL');
      await exited;

      completed.add(existsSync(join(state, 'trash', TRASHED)));
      await snapshots.tend();
      const bin = createTrash({ home, bin: join(state, 'trash') });
      await bin.adopt();
      expect(readFileSync(join(home, '.git'), 'utf8')).toBe(`gitdir: ${history}\n`);
      git('fsck', '--strict', '--no-dangling');
      await snapshots.undo(turn);
      expect(read('documents/a.md')).toBe('first\n');
      await bin.restore(TRASHED);
      expect(read('old/deep/file')).toBe('deleted');
      expect(readdirSync(home).sort()).toEqual(['.git', 'documents', 'old']);
      expect(readdirSync(state).sort()).toEqual(['history.git', 'trash']);
      expect(notices).toEqual([]);
      await snapshots.close();
    }
    // Some were killed on the way.
    expect(completed.has(false)).toBe(true);
  });
});
