import { createLogger } from '@matrix-os/kit';
import { describe, expect, test } from 'vitest';
import { engineEnvironment, TURN_MARK } from './engine-environment.ts';
import { describeFailure } from './engine-failure.ts';
import { findExecutable, platformPackages } from './executable.ts';
import { loadAgents, parseAgent } from './load-agents.ts';
import { summarizeTool } from './tool-summary.ts';
import { costSince, decodeSession, encodeSession, NOTHING, usageSince } from './usage-totals.ts';

describe('agents', () => {
  test('are read from front matter and text', () => {
    expect(
      parseAgent(
        '---\nname: builder\ndescription: "Builds apps"\ntools: [Read, Write]\nmodel: opus\n---\n\nYou build.\n',
        'x',
      ),
    ).toEqual({
      name: 'builder',
      definition: {
        description: 'Builds apps',
        prompt: 'You build.',
        tools: ['Read', 'Write'],
        model: 'opus',
      },
    });
    expect(parseAgent('---\r\ndescription: d\r\n---\r\ntext', 'from-the-file')?.name).toBe('from-the-file');
  });

  test.each([
    'no front matter',
    '---\nname: x\n---\ntext',
    '---\ndescription: d\n---\n',
    '---\nname: ../x\ndescription: d\n---\nt',
  ])('are refused when they lack something: %j', (markdown) =>
    expect(parseAgent(markdown, 'x')).toBeUndefined(),
  );

  test('need no folder', async () => {
    expect(await loadAgents('/nonexistent', createLogger({ name: 'test', level: 'silent' }))).toEqual({});
  });
});

describe('totals', () => {
  test('a turn costs what was added', () => {
    const before = { ...NOTHING, inputTokens: 100, costUsd: 0.03970799999999999 };
    const now = { ...NOTHING, inputTokens: 350, costUsd: 0.05216799999999999 };
    expect(costSince(now, before)).toBe('0.01246');
    expect(usageSince(now, before).inputTokens).toBe(250);
    expect(costSince(before, before)).toBe('0');
    expect(costSince(NOTHING, before)).toBe('0');
  });

  test('a session survives being written down, and nonsense counts as none', () => {
    const session = { id: 'a', totals: { ...NOTHING, costUsd: 1 } };
    expect(decodeSession(encodeSession(session))).toEqual(session);
    expect(decodeSession('nonsense')).toBeUndefined();
    expect(decodeSession('{}')).toBeUndefined();
  });
});

describe('failures', () => {
  const facts = { kind: undefined, message: '', baseUrl: undefined };
  test.each([
    [401, 'key_refused'],
    [402, 'no_credit'],
    [403, 'key_refused'],
    [404, 'model_not_found'],
    [413, 'too_long'],
    [429, 'rate_limited'],
    [502, 'endpoint_broken'],
    [529, 'overloaded'],
    [null, 'unreachable'],
  ])('%s is %s, with a hint', (status, code) => {
    expect(describeFailure({ ...facts, status })).toMatchObject({ code, hint: expect.any(String) });
  });
  test('name the endpoint that is not Anthropic’s, and drop the program’s own words', () => {
    expect(describeFailure({ ...facts, status: 529, baseUrl: 'http://box:1' }).message).toContain(
      'http://box:1',
    );
    expect(describeFailure({ ...facts, status: undefined, message: 'API Error: odd' }).message).toBe('odd');
  });

  const limit =
    'Your month of $5.00 is used up. It begins anew on 1 December. You can add a key of your own.';
  test.each([
    [429, `API Error: Request rejected (429) · ${limit}`, 'rate_limited'],
    [400, `API Error: 400 ${limit}`, 'request_refused'],
    [402, `API Error: 402 ${limit}`, 'no_credit'],
    [403, `Failed to authenticate. API Error: 403 ${limit}`, 'key_refused'],
  ])('%s tells what the endpoint tells the person', (status, message, code) =>
    expect(describeFailure({ ...facts, status, message })).toMatchObject({ code, message: limit }),
  );
  test.each([
    'API Error: Request rejected (429) · Overloaded',
    'API Error: Request rejected (429) · {"error": "too many", "code": 12, "for": "you", "or": "me"}',
    'API Error: Request rejected (429) · <html> <body> Too many of you are here',
    'API Error: Request rejected (429)',
  ])('keeps our own words where it sends a code: %s', (message) =>
    expect(describeFailure({ ...facts, status: 429, message }).message).toMatch(
      /^Anthropic says that this key/,
    ),
  );
  test('an endpoint’s text is plain and bounded', () => {
    const told = (text: string) =>
      describeFailure({ ...facts, status: 429, message: `API Error: Request rejected (429) · ${text}` })
        .message;
    expect(told('one two\n\u202ethree \u0000four\u001b[2J five')).toBe('one two three four [2J five');
    expect(told('word '.repeat(5000)).length).toBeLessThan(700);
  });
});

test('tools are told in words', () => {
  const home = '/home/ada/matrixos';
  expect(summarizeTool('Write', { file_path: `${home}/apps/a/index.html` }, home)).toBe(
    'Writing apps/a/index.html',
  );
  expect(summarizeTool('Bash', { command: 'ls\nrm x' }, home)).toBe('ls…');
  expect(summarizeTool('Bash', { command: 'ls', description: 'List' }, home)).toBe('List');
  expect(summarizeTool('mcp__os__install_app', { name: 'todo' }, home)).toBe('Install app: todo');
  expect(summarizeTool('mcp__os__list_apps', {}, home)).toBe('List apps');
});

test('the engine’s environment holds no key, and marks its processes', () => {
  const environment = engineEnvironment({
    inherited: { PATH: '/bin', XDG_RUNTIME_DIR: '/run/user/1', no_proxy: 'box' },
    baseUrl: 'http://box:1',
    config: '/state/claude',
    userHome: '/state/agent-home',
    temporary: '/tmp/turn',
    mark: `${TURN_MARK}=a:b`,
    version: '1',
  });
  expect(environment).toMatchObject({ PATH: '/bin', ANTHROPIC_BASE_URL: 'http://box:1', [TURN_MARK]: 'a:b' });
  expect(environment).toMatchObject({
    HOME: '/state/agent-home',
    TMPDIR: '/tmp/turn',
    NO_PROXY: 'box,127.0.0.1,localhost,::1',
  });
  expect(environment.XDG_RUNTIME_DIR).toBeUndefined();
  expect(Object.keys(environment).filter((name) => /KEY$|TOKEN$/.test(name))).toEqual([]);
});

test('the program is found, or it is said what to do', () => {
  expect(findExecutable(undefined)).toEqual({ path: expect.stringContaining('claude') });
  expect(findExecutable('/nowhere/claude')).toEqual({ problem: expect.stringContaining('/nowhere/claude') });
  expect(platformPackages('linux', 'arm64', true)[0]).toBe('@anthropic-ai/claude-agent-sdk-linux-arm64-musl');
  expect(platformPackages('darwin', 'arm64')).toEqual(['@anthropic-ai/claude-agent-sdk-darwin-arm64']);
});
