import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '@matrix-os/kit';
import { describe, expect, test } from 'vitest';
import { makePipe, tempFolder } from '../home/temp-folder.fixture.ts';
import { loadAgents } from './load-agents.ts';
import { guestPrompt, ownerPrompt } from './system-prompt.ts';

const SECRET = 'sk-of-the-state';
const agent = (text: string) => `---\ndescription: d\n---\n${text}`;

const setUp = () => {
  const home = tempFolder({
    'system/soul.md': 'You are as calm as a heron.',
    'system/user.md': 'Ada, an engineer.',
    'system/public/profile.md': 'Ada likes engines.',
    'agents/builder.md': agent('You build.'),
  });
  const outside = tempFolder({ 'soul.md': SECRET, 'profile.md': SECRET, 'builder.md': agent(SECRET) });
  return { home, outside };
};
const agents = (home: string) => loadAgents(home, createLogger({ name: 'test', level: 'silent' }));

describe('the prompts', () => {
  test('hold the owner’s words, and a stranger’s only what is public', async () => {
    const { home } = setUp();
    const own = await ownerPrompt(home);
    expect(own).toContain('# Who you are\n\nYou are as calm as a heron.');
    expect(own).toContain('# Who the owner is\n\nAda, an engineer.');
    const public_ = await guestPrompt(home);
    expect(public_).toContain('Ada likes engines.');
    expect(public_).not.toContain('heron');
    expect(await agents(home)).toMatchObject({ builder: { prompt: 'You build.' } });
  });

  test('hold nothing that a link leads to', async () => {
    const { home, outside } = setUp();
    for (const [path, target] of [
      ['system/soul.md', join(outside, 'soul.md')],
      ['system/user.md', '/proc/self/environ'],
      ['system/public/profile.md', '../soul.md'],
      ['system/public/more.md', join(outside, 'profile.md')],
      ['agents/builder.md', join(outside, 'builder.md')],
    ] as const) {
      rmSync(join(home, path), { force: true });
      symlinkSync(target, join(home, path));
    }
    const all = [await ownerPrompt(home), await guestPrompt(home), JSON.stringify(await agents(home))].join();
    expect(all).not.toContain(SECRET);
    expect(all).not.toContain('PATH=');
    expect(all).toContain('has published nothing');
  });

  test.each(['system', 'system/public', 'agents'])(
    'hold nothing of a folder that is a link: %s',
    async (folder) => {
      const { home, outside } = setUp();
      rmSync(join(home, folder), { recursive: true });
      symlinkSync(outside, join(home, folder));
      const all = [
        await ownerPrompt(home),
        await guestPrompt(home),
        JSON.stringify(await agents(home)),
      ].join();
      expect(all).not.toContain(SECRET);
    },
  );

  test('wait for no pipe, and hold no more of a file than its beginning, nor what is no text', async () => {
    const { home } = setUp();
    rmSync(join(home, 'system/soul.md'));
    makePipe(join(home, 'system/soul.md'));
    writeFileSync(join(home, 'system/user.md'), 'word '.repeat(1_000_000));
    writeFileSync(join(home, 'system/public/profile.md'), 'a\0b');
    mkdirSync(join(home, 'agents/folder.md'));
    makePipe(join(home, 'agents/pipe.md'));
    writeFileSync(join(home, 'agents/large.md'), agent('x'.repeat(200_000)));
    const own = await ownerPrompt(home);
    expect(own.length).toBeLessThan(30_000);
    expect(own).not.toContain('# Who you are');
    expect(await guestPrompt(home)).toContain('has published nothing');
    expect(Object.keys(await agents(home))).toEqual(['builder']);
  });
});
