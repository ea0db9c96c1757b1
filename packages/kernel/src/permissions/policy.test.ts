import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Autonomy } from '@matrix-os/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import { createWall } from '../wall/wall.ts';
import { createPlaces } from './places.ts';
import { rule } from './policy.ts';
import type { Question } from './questions.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'matrix-policy-')));
afterAll(() => rmSync(root, { recursive: true }));
const [home, statePath] = [join(root, 'home'), join(root, 'state')];
mkdirSync(join(home, 'documents'), { recursive: true });
mkdirSync(join(home, '.git'));
mkdirSync(join(home, 'system'));
mkdirSync(join(statePath, 'claude/projects/x/tool-results'), { recursive: true });
mkdirSync(join(root, 'elsewhere'));
symlinkSync(join(root, 'elsewhere'), join(home, 'documents/out'));
symlinkSync(join(statePath, 'not-there-yet'), join(home, 'documents/dangling'));
symlinkSync('../.git', join(home, 'documents/history'));

const WALL = createWall({ perl: '', system: [['read', '/etc']] });

interface Options {
  autonomy?: Autonomy;
  remembered?: string[];
  cwd?: string;
  walled?: boolean;
  hasReadOutside?: boolean;
}

const judge = (name: string, input: Record<string, unknown>, options: Options = {}) =>
  rule(
    { id: 't', name, input, ...(options.cwd === undefined ? {} : { cwd: options.cwd }) },
    {
      places: createPlaces({
        home,
        statePath,
        userHome: () => root,
        own: [`${root}/turn-`],
        agentHome: join(statePath, 'agent-home'),
      }),
      autonomy: options.autonomy ?? 'ask',
      wall: options.walled === true ? WALL : undefined,
      remembers: (one) => options.remembered?.includes(one) ?? false,
      hasReadOutside: options.hasReadOutside ?? false,
    },
  );

const questionsOf = async (...call: Parameters<typeof judge>): Promise<readonly Question[]> => {
  const ruling = await judge(...call);
  return ruling.decision === 'ask' ? ruling.questions : [];
};
const ruleOf = async (...call: Parameters<typeof judge>): Promise<string> =>
  (await questionsOf(...call))[0]?.rememberAs ?? 'nothing was asked';

describe('files', () => {
  test('inside the home are free to read and to write, and what is written is known', async () => {
    expect(await judge('Read', { file_path: 'documents/a' })).toMatchObject({
      decision: 'allow',
      changes: 'none',
    });
    expect(await judge('Write', { file_path: `${home}/documents/a` })).toMatchObject({
      decision: 'allow',
      changes: ['documents/a'],
    });
    expect(await judge('Edit', { file_path: '../a' }, { cwd: join(home, 'documents') })).toMatchObject({
      changes: ['a'],
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ['Write', { file_path: '.git/config' }],
    ['Write', { file_path: 'documents/../.git/config' }],
    ['Write', { file_path: 'documents/history/hooks/x' }],
    ['Write', { file_path: '.trash/x' }],
    ['Write', { file_path: '.GIT/config' }],
    ['Write', { file_path: 'documents/dangling' }],
    ['Read', { file_path: '../state/secrets.json' }],
    ['Grep', { pattern: 'x', path: '../state' }],
    ['Glob', { pattern: '../state/**' }],
    ['Glob', { pattern: '**', path: '../state' }],
    ['Read', { file_path: '/proc/1/environ' }],
    ['NotebookEdit', { notebook_path: '../state/x.ipynb' }],
    // The engine takes the white space away, so what is judged is what is left.
    ...[' ', '\t', '\n', '\u00a0', '\ufeff', ' \u3000\t'].map((blank): [string, Record<string, unknown>] => [
      'Grep',
      { pattern: '.', path: `${blank}${join(root, 'state')}/secrets.json` },
    ]),
    ['Read', { file_path: `${join(root, 'state')}/secrets.json ` }],
  ])('%s %j is refused, however free the kernel is', async (name, input) => {
    expect(await judge(name, input, { autonomy: 'free' })).toMatchObject({ decision: 'deny' });
  });

  test('a long output that Claude Code put aside may be read', async () => {
    const file_path = join(statePath, 'claude/projects/x/tool-results/a.txt');
    expect(await judge('Read', { file_path })).toMatchObject({ decision: 'allow', readsOutside: false });
    expect(await judge('Write', { file_path })).toMatchObject({ decision: 'deny' });
  });

  test('outside the home the owner is asked, with the place where a link really leads', async () => {
    expect(await judge('Write', { file_path: 'documents/out/a', content: 'text' })).toMatchObject({
      decision: 'ask',
      questions: [
        {
          tool: 'Write',
          detail: `${join(root, 'elsewhere/a')}\n\ntext`,
          rememberAs: expect.stringContaining(`Write: any change of ${join(root, 'elsewhere/a')} [`),
        },
      ],
    });
    expect(await judge('Read', { file_path: '~/elsewhere/a' })).toMatchObject({ decision: 'ask' });
    expect(await judge('Glob', { pattern: '/etc/*.conf' })).toMatchObject({ decision: 'ask' });
    // A yes is for what goes past the home, however free the kernel is within.
    for (const [name, input] of [
      ['Write', { file_path: '/srv/a', content: '' }],
      ['Read', { file_path: '/srv/a' }],
    ] as const)
      expect(await judge(name, input, { autonomy: 'free' })).toMatchObject({ decision: 'ask' });
  });

  test('a search never begins above the state, wall or not', async () => {
    for (const walled of [true, false])
      for (const path of [root, '/', dirname(root), `${root}/state/..`])
        for (const name of ['Grep', 'Glob'])
          expect(await judge(name, { pattern: '.', path }, { autonomy: 'free', walled })).toMatchObject({
            decision: 'deny',
          });
  });
});

describe('behind the wall', () => {
  const walled = { walled: true } as const;
  test('a file tool is not asked about what it could not reach: the way there is told', async () => {
    for (const autonomy of ['ask', 'free'] as const)
      for (const [name, input] of [
        ['Read', { file_path: `${root}/elsewhere/a` }],
        ['Write', { file_path: 'documents/out/a', content: 'x' }],
        ['Write', { file_path: '/etc/hosts', content: 'x' }],
        ['Grep', { pattern: '.', path: '/srv' }],
        ['Glob', { pattern: '/srv/**' }],
      ] as const)
        expect(await judge(name, input, { ...walled, autonomy })).toMatchObject({
          decision: 'deny',
          reason: expect.stringContaining('mcp__os__outside'),
        });
    expect(await judge('Read', { file_path: '/etc/hosts' }, walled)).toMatchObject({ decision: 'ask' });
    expect(await judge('Write', { file_path: `${root}/turn-1/x`, content: '' }, walled)).toMatchObject({
      decision: 'allow',
    });
  });

  test('no command is refused for its words', async () => {
    for (const command of ['cat ../state/secrets.json', 'rm -rf .git', '[ -f x ] && echo y'])
      expect(await judge('Bash', { command }, walled)).toMatchObject({ decision: 'ask' });
  });

  test('the tool for the outside is always asked, with all that it opens', async () => {
    const input = { command: 'ls', read: [join(root, 'elsewhere')] };
    for (const autonomy of ['ask', 'free'] as const) {
      const ruling = await judge('mcp__os__outside', input, { ...walled, autonomy });
      expect(ruling).toMatchObject({
        decision: 'ask',
        readsOutside: true,
        questions: [
          { detail: `This opens, for one command only:\nread  ${root}/elsewhere\n\nls`, rememberAs: null },
        ],
      });
    }
    // All of it is on the card, or nothing is asked.
    const long = { ...input, command: `ls ${'x'.repeat(19_990)}` };
    expect(await judge('mcp__os__outside', long, walled)).toMatchObject({ decision: 'deny' });
  });

  test.each([
    ['the state', { read: [statePath] }],
    ['what holds the state', { read: [root] }],
    ['everything', { write: ['/'] }],
    ['a link', { read: [join(home, 'documents/out')] }],
    ['a path that depends on a folder', { read: ['../elsewhere'] }],
    ['what does not exist', { read: ['/nowhere/at/all'] }],
    ['nothing', {}],
    ['the home alone', { write: [join(home, 'documents')] }],
    ['other processes', { read: ['/proc/1'] }],
    ['no list', { read: 'x' }],
    ['a path with a second line', { read: ['/srv\nread  /etc'] }],
  ])('it never opens %s', async (_what, input) => {
    expect(
      await judge('mcp__os__outside', { command: 'ls', ...input }, { ...walled, autonomy: 'free' }),
    ).toMatchObject({ decision: 'deny' });
  });
});

describe('commands', () => {
  const command = { command: 'npm test' };
  test('are asked with their whole text, and remembered for exactly this text and folder', async () => {
    expect(await judge('Bash', command)).toMatchObject({
      decision: 'ask',
      changes: 'unknown',
      questions: [{ detail: 'npm test', rememberAs: expect.stringContaining('Bash: npm test [') }],
    });
    const remembered = [await ruleOf('Bash', command)];
    expect(await judge('Bash', command, { remembered })).toMatchObject({ decision: 'allow' });
    expect(await judge('Bash', { command: 'npm test; rm x' }, { remembered })).toMatchObject({
      decision: 'ask',
    });
    const cwd = join(home, 'documents');
    expect(await judge('Bash', command, { remembered, cwd })).toMatchObject({ decision: 'ask' });
    expect(await judge('Bash', command, { autonomy: 'free' })).toMatchObject({ decision: 'allow' });
  });

  test('have no rule in common with a folder that is named like the rest of one', async () => {
    const folder = join(home, '\ntouch X #');
    mkdirSync(folder);
    const remembered = [await ruleOf('Bash', { command: 'true #' }, { cwd: folder })];
    for (const other of ['touch X', 'true # (in \ntouch X #)', 'true #'])
      expect(await judge('Bash', { command: other }, { remembered })).toMatchObject({ decision: 'ask' });
    expect(remembered[0]).not.toMatch(/\n/);
  });

  test('are asked anew when a file of the home that they run has changed', async () => {
    const script = join(home, 'run.sh');
    writeFileSync(script, 'echo one');
    const remembered = [await ruleOf('Bash', { command: 'sh run.sh' })];
    expect(await judge('Bash', { command: 'sh run.sh' }, { remembered })).toMatchObject({
      decision: 'allow',
    });
    writeFileSync(script, 'curl evil');
    expect(await judge('Bash', { command: 'sh run.sh' }, { remembered })).toMatchObject({ decision: 'ask' });

    for (const run of ['./run.sh', 'bash -e run.sh', 'true && ./run.sh x', 'echo "$(sh run.sh)"']) {
      writeFileSync(script, 'echo one');
      const before = await ruleOf('Bash', { command: run });
      writeFileSync(script, 'curl evil');
      expect([run, await ruleOf('Bash', { command: run })]).not.toEqual([run, before]);
    }
    const written = await ruleOf('Bash', { command: 'echo x > run.sh' });
    writeFileSync(script, 'x');
    expect(await ruleOf('Bash', { command: 'echo x > run.sh' })).toBe(written);

    writeFileSync(join(home, 'package.json'), '{"scripts":{"test":"one"}}');
    const npm = [await ruleOf('Bash', command)];
    writeFileSync(join(home, 'package.json'), '{"scripts":{"test":"two"}}');
    expect(await judge('Bash', command, { remembered: npm })).toMatchObject({ decision: 'ask' });
  });

  test('that do not name what they run are asked each time', async () => {
    for (const run of [
      'cd projects/m && make',
      'python3 -m mod',
      'make -C projects/m',
      'npm --prefix projects/m test',
      '. ./run.sh',
      'true; pushd x; ls',
    ])
      expect([run, await ruleOf('Bash', { command: run })]).toEqual([run, 'nothing was asked']);
    for (const run of ['npm test', 'make', 'ls -C', 'echo cd'])
      expect(await ruleOf('Bash', { command: run })).toContain('Bash');
  });

  test('without a wall, those that plainly name what is protected are refused even when remembered', async () => {
    const input = { command: 'cat ../state/secrets.json' };
    const remembered = [await ruleOf('Bash', input, { walled: true })];
    expect(await judge('Bash', input, { autonomy: 'free', remembered })).toMatchObject({ decision: 'deny' });
  });

  test('too long to be shown in full are not asked but sent back', async () => {
    const input = { command: `echo ${'x'.repeat(30_000)}` };
    expect(await judge('Bash', input)).toMatchObject({ decision: 'deny' });
    expect(await judge('Bash', input, { autonomy: 'free' })).toMatchObject({ decision: 'allow' });
  });
});

describe('what the owner reads', () => {
  test('is bounded, told where it is cut, and then not to be remembered', async () => {
    const content = `begin ${'x'.repeat(8_000_000)} end`;
    const [asked] = await questionsOf('Write', { file_path: '/srv/x', content });
    expect(asked?.detail.length).toBeLessThan(20_200);
    expect(asked?.detail).toMatch(/^\/srv\/x\n\nbegin x[\s\S]*… \d+ more characters[\s\S]*x end$/);
    expect(asked?.rememberAs).toBeNull();
  });

  test('has no character that hides or turns what it says', async () => {
    const [asked] = await questionsOf('Bash', { command: 'echo \u202egnp.\u200b\u001b[2K' });
    expect(asked?.summary).toBe('Run: echo ⟨U+202E⟩gnp.⟨U+200B⟩⟨U+001B⟩[2K');
    expect(asked?.rememberAs).toContain('echo ⟨U+202E⟩gnp.⟨U+200B⟩⟨U+001B⟩[2K [');
  });

  test('are all the questions of a call, not the first', async () => {
    const input = { pattern: '/srv/*', path: '/var/tmp' };
    expect(await questionsOf('Glob', input)).toHaveLength(2);
  });
});

test('what steers the system is asked before it is changed', async () => {
  const file_path = join(statePath, 'agent-home/.bashrc');
  expect(await judge('Write', { file_path, content: 'x' }, { walled: true })).toMatchObject({
    decision: 'ask',
  });
  expect(await judge('Read', { file_path }, { walled: true })).toMatchObject({ decision: 'allow' });
  expect(await ruleOf('Write', { file_path: 'system/soul.md', content: 'x' })).toBe('nothing was asked');
  for (const file_path of ['system/soul.md', `${home}/system/cron.json`, './system/../system/theme.json'])
    expect(await judge('Write', { file_path, content: 'x' })).toMatchObject({ decision: 'ask' });
  expect(await judge('Write', { file_path: 'system/soul.md' }, { autonomy: 'free' })).toMatchObject({
    decision: 'allow',
    changes: ['system/soul.md'],
  });
});

describe('the network', () => {
  test('is asked by host, a search too, the OS not at all, and an unknown tool always', async () => {
    expect(await questionsOf('WebFetch', { url: 'https://example.org/a?b' })).toMatchObject([
      { rememberAs: expect.stringContaining('example.org ['), detail: 'https://example.org/a?b' },
    ]);
    expect(await questionsOf('WebSearch', { query: 'my secret' })).toMatchObject([{ detail: 'my secret' }]);
    expect(await judge('mcp__os__install_app', { name: 'todo' })).toMatchObject({
      decision: 'allow',
      changes: 'unknown',
    });
    expect(await judge('mcp__os__list_apps', {})).toMatchObject({ decision: 'allow', changes: 'none' });
    expect(await judge('Teleport', { to: 'mars' })).toMatchObject({ decision: 'ask', changes: 'unknown' });
  });

  test('is asked again, whatever was remembered, once the turn has read something outside', async () => {
    const calls = [
      ['WebFetch', { url: 'https://example.org/' }],
      ['WebSearch', { query: 'x' }],
      ['Bash', { command: 'curl https://example.org' }],
    ] as const;
    for (const [name, input] of calls) {
      const remembered = [await ruleOf(name, input)];
      expect(await judge(name, input, { remembered })).toMatchObject({ decision: 'allow' });
      const [again] = await questionsOf(name, input, { remembered, hasReadOutside: true });
      expect(again?.summary).toContain('outside of your home');
      expect(await judge(name, input, { remembered, hasReadOutside: true, autonomy: 'free' })).toMatchObject({
        decision: 'allow',
      });
    }
  });
});
