import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Autonomy } from '@matrix-os/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import { createPlaces } from './places.ts';
import { rule } from './policy.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'matrix-policy-')));
afterAll(() => rmSync(root, { recursive: true }));
const [home, statePath] = [join(root, 'home'), join(root, 'state')];
mkdirSync(join(home, 'documents'), { recursive: true });
mkdirSync(join(home, '.git'));
mkdirSync(join(statePath, 'claude/projects/x/tool-results'), { recursive: true });
mkdirSync(join(root, 'elsewhere'));
symlinkSync(join(root, 'elsewhere'), join(home, 'documents/out'));
symlinkSync(join(statePath, 'not-there-yet'), join(home, 'documents/dangling'));
symlinkSync('../.git', join(home, 'documents/history'));

const judge = (
  name: string,
  input: Record<string, unknown>,
  options: { autonomy?: Autonomy; remembered?: string[]; cwd?: string } = {},
) =>
  rule(
    { id: 't', name, input, ...(options.cwd === undefined ? {} : { cwd: options.cwd }) },
    {
      places: createPlaces({ home, statePath, userHome: root }),
      autonomy: options.autonomy ?? 'ask',
      remembers: (one) => options.remembered?.includes(one) ?? false,
    },
  );

describe('files', () => {
  test('inside the home are free to read and to write, and what is written is known', async () => {
    expect(await judge('Read', { file_path: 'documents/a' })).toEqual({ decision: 'allow', changes: 'none' });
    expect(await judge('Write', { file_path: `${home}/documents/a` })).toEqual({
      decision: 'allow',
      changes: ['documents/a'],
    });
    expect(await judge('Edit', { file_path: '../a' }, { cwd: join(home, 'documents') })).toMatchObject({
      changes: ['a'],
    });
  });

  test.each([
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
  ])('%s %j is refused, however free the kernel is', async (name, input) => {
    expect(await judge(name, input, { autonomy: 'free' })).toMatchObject({ decision: 'deny' });
  });

  test('a long output that Claude Code put aside may be read', async () => {
    const file_path = join(statePath, 'claude/projects/x/tool-results/a.txt');
    expect(await judge('Read', { file_path })).toEqual({ decision: 'allow', changes: 'none' });
    expect(await judge('Write', { file_path })).toMatchObject({ decision: 'deny' });
  });

  test('outside the home the owner is asked, with the place where a link really leads', async () => {
    expect(await judge('Write', { file_path: 'documents/out/a', content: 'text' })).toMatchObject({
      decision: 'ask',
      question: {
        tool: 'Write',
        detail: `${join(root, 'elsewhere/a')}\n\ntext`,
        rememberAs: `Write: ${join(root, 'elsewhere/a')}`,
      },
    });
    expect(await judge('Read', { file_path: '~/elsewhere/a' })).toMatchObject({ decision: 'ask' });
    expect(await judge('Glob', { pattern: '/etc/*.conf' })).toMatchObject({ decision: 'ask' });
    expect(await judge('Write', { file_path: '/tmp/a' }, { autonomy: 'free' })).toMatchObject({
      decision: 'allow',
    });
  });
});

describe('commands', () => {
  const command = { command: 'npm test' };
  test('are asked with their whole text, and remembered for exactly this text and folder', async () => {
    expect(await judge('Bash', command)).toMatchObject({
      decision: 'ask',
      changes: 'unknown',
      question: { detail: 'npm test', rememberAs: 'Bash: npm test' },
    });
    const remembered = ['Bash: npm test'];
    expect(await judge('Bash', command, { remembered })).toMatchObject({ decision: 'allow' });
    expect(await judge('Bash', { command: 'npm test; rm x' }, { remembered })).toMatchObject({
      decision: 'ask',
    });
    const cwd = join(home, 'documents');
    expect(await judge('Bash', command, { remembered, cwd })).toMatchObject({ decision: 'ask' });
    expect(await judge('Bash', command, { autonomy: 'free' })).toMatchObject({ decision: 'allow' });
  });

  test('that touch what is protected are refused even when remembered', async () => {
    expect(
      await judge(
        'Bash',
        { command: 'rm -rf .git' },
        { autonomy: 'free', remembered: ['Bash: rm -rf .git'] },
      ),
    ).toMatchObject({ decision: 'deny' });
  });

  test('too long to be remembered are asked every time', async () => {
    expect(await judge('Bash', { command: `echo ${'x'.repeat(3000)}` })).toMatchObject({
      question: { rememberAs: null },
    });
  });
});

test('the network is asked by host, the OS not at all, and an unknown tool always', async () => {
  expect(await judge('WebFetch', { url: 'https://example.org/a?b' })).toMatchObject({
    question: { rememberAs: 'WebFetch: example.org', detail: 'https://example.org/a?b' },
  });
  expect(await judge('mcp__os__install_app', { name: 'todo' })).toEqual({
    decision: 'allow',
    changes: 'unknown',
  });
  expect(await judge('mcp__os__list_apps', {})).toEqual({ decision: 'allow', changes: 'none' });
  expect(await judge('Teleport', { to: 'mars' })).toMatchObject({ decision: 'ask', changes: 'unknown' });
});
