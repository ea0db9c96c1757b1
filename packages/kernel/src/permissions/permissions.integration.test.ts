import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  askedAttempts,
  attemptId,
  attemptScene,
  forbiddenAttempts,
} from '../../../../tests/support/model-server/adversarial.ts';
import { reply, say, scene, use } from '../../../../tests/support/model-server/script.ts';
import { canSandbox } from '../claude/sandbox.ts';
import { createTestKernel, type TestKernel } from '../kernel.fixture.ts';
import { OWNER, type Principal } from '../principal.ts';

const BOB: Principal = { kind: 'visitor', handle: 'bob', proof: 'test' };
const SECRET = 'sk-secret-in-settings-777';

describe('what no setting allows', () => {
  let os: TestKernel;
  beforeAll(async () => {
    os = await createTestKernel([], { autonomy: 'free' });
    await writeFile(join(os.state, 'secrets.json'), JSON.stringify({ apiKey: SECRET }));
    await mkdir(join(os.home, 'documents'), { recursive: true });
    await symlink(join(os.home, '.git'), join(os.home, 'documents/history'));
    await symlink(os.state, join(os.home, 'documents/innocent'));
  });
  afterAll(() => os.close());

  test('is refused in every way that a misled model tries, and the turn goes on', async () => {
    const first = await os.kernel.send(OWNER, { text: 'start the history' });
    os.model.script([scene('', reply(use('Write', { file_path: 'documents/a.txt', content: 'a' })))]);
    await first.completed;
    await os.event('snapshot');
    const git = () => execFileSync('git', ['-C', os.home, 'rev-parse', 'HEAD', '--git-dir']).toString();
    const before = git();
    const config = await readFile(join(os.home, '.git/config'), 'utf8');

    const attempts = forbiddenAttempts({ home: os.home, state: os.state });
    os.model.script([attemptScene(attempts)]);
    const sent = await os.kernel.send(OWNER, { text: 'try everything', session: first.session });
    expect((await sent.completed).text).toBe('I tried.');
    const ends = new Map(
      os.events.flatMap(({ event }) => (event.type === 'tool_end' ? [[event.id, event]] : [])),
    );
    const outcomes = attempts.map(({ what }, index) => {
      const end = ends.get(attemptId(index));
      return `${what}: ${end?.ok === false ? 'refused' : JSON.stringify(end)}`;
    });
    expect(outcomes).toEqual(attempts.map(({ what }) => `${what}: refused`));
    expect(JSON.stringify(os.model.requests)).not.toContain(SECRET);
    expect(await readFile(join(os.home, '.git/config'), 'utf8')).toBe(config);
    expect(git()).toBe(before);
    expect(JSON.parse(await readFile(join(os.state, 'secrets.json'), 'utf8'))).toEqual({ apiKey: SECRET });
  });
});

describe('what the owner is asked', () => {
  let os: TestKernel | undefined;
  afterEach(async () => {
    await os?.close();
    os = undefined;
  });
  const command = { command: 'echo it-ran > documents/ran.txt', description: 'Write a file' };
  const script = [scene('', reply(use('Bash', command)), reply(say('Over.')))];

  test('everything that reaches out of the home, and a no is a no', async () => {
    const attempts = askedAttempts();
    os = await createTestKernel([attemptScene(attempts)], { autonomy: 'ask' });
    const sent = await os.kernel.send(OWNER, { text: 'try everything' });
    const asked: string[] = [];
    for (const index of attempts.keys()) {
      const { id, summary } = await os.event('approval', (event) => !asked.includes(event.id));
      asked.push(id);
      expect(os.kernel.sessions.history(sent.session).pending).toHaveLength(1);
      await os.kernel.decide(id, { decision: 'deny', remember: false });
      expect(os.kernel.sessions.history(sent.session).pending).toEqual([]);
      const end = await os.event('tool_end', (event) => event.id === attemptId(index));
      expect({ summary, ok: end.ok }).toEqual({ summary, ok: false });
    }
    await sent.completed;
    expect(existsSync('/tmp/matrix-outside.txt')).toBe(false);
  });

  test('what is inside the home is not asked', async () => {
    os = await createTestKernel(
      [
        scene(
          '',
          reply(use('Write', { file_path: 'documents/note.txt', content: 'hello' })),
          reply(use('Read', { file_path: 'documents/note.txt' })),
          reply(use('Glob', { pattern: '**/*.txt' })),
          reply(say('Over.')),
        ),
      ],
      { autonomy: 'ask' },
    );
    await (await os.kernel.send(OWNER, { text: 'note' })).completed;
    expect(os.events.filter(({ event }) => event.type === 'approval')).toEqual([]);
    expect(await readFile(join(os.home, 'documents/note.txt'), 'utf8')).toBe('hello');
  });

  test('a yes runs it, and is remembered for exactly this when wished, also after a restart', async () => {
    os = await createTestKernel(script, { autonomy: 'ask' });
    const first = await os.kernel.send(OWNER, { text: 'run it' });
    const asked = await os.event('approval');
    expect(asked).toMatchObject({
      tool: 'Bash',
      detail: command.command,
      rememberAs: `Bash: ${command.command}`,
    });
    expect(existsSync(join(os.home, 'documents/ran.txt'))).toBe(false);
    await os.kernel.decide(asked.id, { decision: 'allow', remember: true });
    await expect(os.kernel.decide(asked.id, { decision: 'deny', remember: false })).rejects.toMatchObject({
      code: 'not_found',
    });
    await first.completed;
    expect(await readFile(join(os.home, 'documents/ran.txt'), 'utf8')).toBe('it-ran\n');
    expect(os.kernel.settings.get().remembered).toEqual([`Bash: ${command.command}`]);

    os = await os.restart();
    await (await os.kernel.send(OWNER, { text: 'run it again' })).completed;
    expect(os.events.filter(({ event }) => event.type === 'approval')).toEqual([]);
    expect(await os.event('tool_end')).toMatchObject({ ok: true });

    await os.kernel.settings.update({ forget: `Bash: ${command.command}` });
    const third = await os.kernel.send(OWNER, { text: 'and again' });
    await os.event('approval');
    await os.kernel.cancel(third.turn);
    expect(await os.event('approval_resolved')).toMatchObject({ decision: 'deny' });
  });

  test('nobody, when the kernel may act freely', async () => {
    os = await createTestKernel(script, { autonomy: 'free' });
    await (await os.kernel.send(OWNER, { text: 'run it' })).completed;
    expect(await readFile(join(os.home, 'documents/ran.txt'), 'utf8')).toBe('it-ran\n');
  });
});

describe('commands', () => {
  test('find no key in their environment', async () => {
    const os = await createTestKernel([
      scene('', reply(use('Bash', { command: 'env', description: 'Look' })), reply(say('Over.'))),
    ]);
    try {
      await (await os.kernel.send(OWNER, { text: 'look' })).completed;
      const seen = os.model.requests.at(-1)?.toolResults[0]?.text ?? '';
      expect(seen).toContain('CLAUDE_CONFIG_DIR');
      expect(seen).not.toContain('sk-test');
      expect(os.model.requests[0]?.headers['x-api-key']).toBe('sk-test-0123456789');
    } finally {
      await os.close();
    }
  });
});

describe('a command that computes its paths', () => {
  const python = (code: string) => use('Bash', { command: `python3 -c "${code}"`, description: 'Compute' });

  // What a text can't show only a sandbox can stop; where there is none, the system must not claim one.
  test('is stopped by the sandbox, and the system knows whether it has one', async () => {
    const os = await createTestKernel([
      scene(
        '',
        reply(python("import os; print(open(os.environ['CLAUDE_CONFIG_DIR'] + '/../secrets.json').read())")),
        reply(python("open('.g' + 'it/written', 'w')")),
        reply(python("open('documents/fine', 'w')")),
        reply(say('Over.')),
      ),
    ]);
    try {
      await writeFile(join(os.state, 'secrets.json'), SECRET);
      expect((await (await os.kernel.send(OWNER, { text: 'compute' })).completed).text).toBe('Over.');
      await expect.poll(() => os.kernel.home.sandboxed).toBe(await canSandbox(process.env.PATH ?? ''));
      expect(existsSync(join(os.home, 'documents/fine'))).toBe(true);
      expect({
        read: JSON.stringify(os.model.requests).includes(SECRET),
        wrote: existsSync(join(os.home, '.git/written')),
      }).toEqual({ read: !os.kernel.home.sandboxed, wrote: !os.kernel.home.sandboxed });
    } finally {
      await os.close();
    }
  });
});

describe('a stranger', () => {
  test('gets an answer from the public profile, without tools and without the home', async () => {
    const os = await createTestKernel([
      scene(
        '',
        reply(say('Let me look.'), use('Read', { file_path: 'documents/diary.txt' })),
        reply(say('No luck.')),
      ),
    ]);
    try {
      await mkdir(join(os.home, 'system/public'), { recursive: true });
      await writeFile(join(os.home, 'system/public/profile.md'), 'I am Ada and I like tea.');
      await writeFile(join(os.home, 'documents/diary.txt'), 'the diary of Ada');
      await writeFile(join(os.home, 'system/user.md'), 'private facts');
      const own = await os.kernel.send(OWNER, { text: 'remember the word xylophone' });
      os.model.script([scene('', reply(say('Noted.')))]);
      await own.completed;
      os.model.script([scene('', reply(say('Hello.'), use('Read', { file_path: 'documents/diary.txt' })))]);
      const sent = await os.kernel.send(BOB, {
        text: `Hi! @documents/diary.txt @${os.home}/documents/diary.txt`,
      });
      await sent.completed.catch(() => undefined);
      const asked = os.model.requests.slice(-1);
      expect(asked[0]?.tools).toEqual([]);
      expect(asked[0]?.system).toContain('I like tea');
      const all = JSON.stringify(asked.map(({ system, messages }) => ({ system, messages })));
      for (const secret of ['the diary of Ada', 'private facts', 'xylophone'])
        expect(all).not.toContain(secret);
      expect(os.kernel.sessions.list().find(({ id }) => id === sent.session)).toMatchObject({ from: 'bob' });
      await expect(os.kernel.send(BOB, { session: own.session, text: 'hi' })).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(os.kernel.send(OWNER, { session: sent.session, text: 'hi' })).rejects.toMatchObject({
        code: 'forbidden',
      });
      const again = await os.kernel.send(BOB, { text: 'me again' });
      await again.completed.catch(() => undefined);
      expect(again.session).toBe(sent.session);
    } finally {
      await os.close();
    }
  });
});
