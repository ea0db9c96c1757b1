import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { reply, say, scene, use } from '../../../../tests/support/model-server/script.ts';
import { createTestKernel, type TestKernel } from '../kernel.fixture.ts';
import { OWNER } from '../principal.ts';

const LETTER = 'Dear Ada, the only copy';

let os: TestKernel | undefined;
afterEach(async () => {
  await os?.close();
  os = undefined;
});

/** A turn in which the model uses these tools; answers its id when its snapshot is taken. */
const turnOf = async (kernel: TestKernel, ...tools: ReturnType<typeof use>[]): Promise<string> => {
  kernel.model.script([scene('', ...tools.map((tool) => reply(tool)), reply(say('Done.')))]);
  const { completed, turn } = await kernel.kernel.send(OWNER, { text: 'do it' });
  await completed;
  await kernel.event('snapshot', (_event, envelope) => envelope.turn === turn);
  return turn;
};

const bash = (command: string) => use('Bash', { command, description: 'Work' });

describe('undo with the real engine', () => {
  test('brings back what the model hid from it first', async () => {
    os = await createTestKernel([]);
    const { home } = os;
    const letter = join(home, 'letters/ada.md');
    await turnOf(
      os,
      use('Write', { file_path: join(home, 'letters/.gitignore'), content: '*' }),
      bash('git init -q letters/inner'),
      bash('d=.g; rm "$d"it && mkdir -p "$d"it/hooks'),
    );
    await writeFile(letter, LETTER);
    await writeFile(join(home, 'letters/inner/bob.md'), LETTER);
    os.kernel.home.ownerWrote(['letters/ada.md', 'letters/inner/bob.md']);
    const turn = await turnOf(os, bash('echo gone > letters/ada.md; rm -rf letters/inner'));
    await os.kernel.undo(turn);
    expect(await readFile(letter, 'utf8')).toBe(LETTER);
    expect(await readFile(join(home, 'letters/inner/bob.md'), 'utf8')).toBe(LETTER);
    expect((await lstat(join(home, 'letters/inner/.git/HEAD'))).isFile()).toBe(true);
    const pointer = `gitdir: ${join(os.state, 'history.git')}\n`;
    await expect.poll(() => readFile(join(home, '.git'), 'utf8')).toBe(pointer);
    const told = os.events.flatMap(({ event }) => (event.type === 'notice' ? [event.message] : []));
    expect(told).toEqual([expect.stringContaining('It is called "git-set-aside-1" now')]);
  });

  test('brings back what the owner saved while a command ran that then wrote over it', async () => {
    os = await createTestKernel([]);
    const { home, state, kernel } = os;
    const wait =
      'mkdir letters; until test -f go; do sleep 0.05; done; echo gone > letters/ada.md; rm -r letters/more';
    os.model.script([scene('', reply(bash(wait)), reply(say('Done.')))]);
    const { completed, turn } = await kernel.send(OWNER, { text: 'do it' });
    await expect.poll(() => existsSync(join(home, 'letters'))).toBe(true);
    await mkdir(join(home, 'letters/more'));
    await writeFile(join(home, 'letters/more/bob.md'), LETTER);
    await writeFile(join(home, 'letters/ada.md'), LETTER);
    kernel.home.ownerWrote(['letters/more', 'letters/ada.md']);
    const log = () =>
      execFileSync('git', [`--git-dir=${state}/history.git`, 'log', '--format=%s'], { encoding: 'utf8' });
    await expect.poll(log).toContain('Your changes during');
    await writeFile(join(home, 'go'), '');
    await completed;
    await os.event('snapshot');
    await kernel.undo(turn);
    expect(await readFile(join(home, 'letters/ada.md'), 'utf8')).toBe(LETTER);
    expect(await readFile(join(home, 'letters/more/bob.md'), 'utf8')).toBe(LETTER);
  });

  test('goes on after an upgrade that moves history and bin out of the home', async () => {
    os = await createTestKernel([]);
    const { home, state } = os;
    const turn = await turnOf(os, use('Write', { file_path: join(home, 'documents/a.md'), content: 'new' }));
    await writeFile(join(home, 'documents/old.md'), LETTER);
    const trashed = await os.kernel.home.trash('documents/old.md');
    await os.kernel.close(0);
    // As an earlier version had it.
    await rm(join(home, '.git'));
    await rename(join(state, 'history.git'), join(home, '.git'));
    await mkdir(join(home, '.trash'));
    await rename(join(state, 'trash', trashed), join(home, '.trash', trashed));

    os = await os.restart();
    await os.kernel.home.restore(trashed);
    expect(await readFile(join(home, 'documents/old.md'), 'utf8')).toBe(LETTER);
    await os.kernel.undo(turn);
    await expect(lstat(join(home, 'documents/a.md'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(lstat(join(home, '.trash'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await lstat(join(home, '.git'))).isFile()).toBe(true);
  });
});
