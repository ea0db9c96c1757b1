import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@matrix-os/kit';
import { describe, expect, test } from 'vitest';
import { endless } from '../../../../tests/support/model-server/endless.ts';
import { createModelServer } from '../../../../tests/support/model-server/model-server.ts';
import {
  failing,
  reply,
  type Script,
  say,
  scene,
  use,
} from '../../../../tests/support/model-server/script.ts';
import type { EngineEvent } from '../engine.ts';
import { createRecordingHost, describeEngineContract } from '../engine-contract.ts';
import { processesNaming } from '../kernel.fixture.ts';
import { findWall } from '../wall/find-wall.ts';
import { findProtection, type Protection } from '../wall/protection.ts';
import { createClaudeEngine } from './claude-engine.ts';
import { createEngineSource } from './engine-source.ts';

const walled = findProtection({
  wall: () => findWall({ path: process.env.PATH ?? '', userHome: homedir(), closed: [], folder: tmpdir() }),
  sandbox: async () => false,
});
const bare: Protection = { kind: 'none', wall: undefined };

const openEngine = async (script: Script, protection: Promise<Protection> = walled) => {
  const model = await createModelServer({ script });
  const root = await mkdtemp(join(tmpdir(), 'matrix-engine-'));
  const [home, statePath] = [join(root, 'home'), join(root, 'state')];
  await mkdir(home);
  await mkdir(statePath);
  const engine = createClaudeEngine({
    home,
    statePath,
    version: '0.0.0-test',
    processEnvironment: { PATH: process.env.PATH ?? '', HOME: root },
    proxyEnvironment: {},
    settings: () => ({
      apiKey: 'sk-test-0123456789',
      baseUrl: model.url,
      model: 'claude-test-model',
    }),
    source: createEngineSource({ configured: undefined }),
    protection: () => protection,
    log: createLogger({ name: 'test', level: 'fatal' }),
  });
  return {
    engine,
    home,
    statePath,
    model,
    async close() {
      await engine.close();
      await model.close();
      await rm(root, { recursive: true, force: true });
    },
  };
};

describe.each([
  ['behind the wall', walled],
  ['where there is no wall', Promise.resolve(bare)],
] as const)('%s', (_where, protection) => {
  describeEngineContract(
    'claude',
    async () => {
      const opened = await openEngine(
        [
          scene('question', reply(say('An answer.'))),
          scene(
            'order',
            reply(use('Write', { file_path: 'done.txt', content: 'done' })),
            reply(say('Over.')),
          ),
          endless,
        ],
        protection,
      );
      return {
        ...opened,
        question: 'a question',
        order: 'an order',
        endless: 'endless',
        done: async () => existsSync(join(opened.home, 'done.txt')),
        processes: () => processesNaming(opened.statePath),
      };
    },
    {
      describe,
      test: (name, body) => void test(name, body),
      equal: (actual, expected) => expect(actual).toEqual(expected),
      ok: (value, what) => expect(value, what).toBe(true),
    },
  );
});

describe('the claude engine', () => {
  const never = new AbortController().signal;
  const run = async (events: AsyncIterable<EngineEvent>) => {
    const all: EngineEvent[] = [];
    for await (const event of events) all.push(event);
    return all;
  };
  const turn = (text: string, resume?: string) => ({
    text,
    context: 'owner' as const,
    resume,
    host: createRecordingHost(),
  });

  test('offers the OS, the tools that the desktop can show, the owner’s words and the home’s agents', async () => {
    const { engine, home, model, close } = await openEngine([]);
    try {
      await mkdir(join(home, 'agents'));
      await mkdir(join(home, 'system'));
      await writeFile(join(home, 'system/soul.md'), 'You are as calm as a heron.');
      await writeFile(
        join(home, 'agents/baker.md'),
        '---\nname: baker\ndescription: Bakes bread\ntools: Read, Write\n---\nYou bake.\n',
      );
      await run(engine.run(turn('hello'), never));
      const [request] = model.requests;
      expect(request?.model).toBe('claude-test-model');
      expect(request?.system).toContain('calm as a heron');
      expect(request?.tools).toEqual(
        expect.arrayContaining(['Write', 'Bash', 'Agent', 'mcp__os__open_window', 'mcp__os__ask_approval']),
      );
      expect(request?.tools).not.toEqual(expect.arrayContaining(['AskUserQuestion']));
      expect(JSON.stringify(request?.messages)).toContain('baker: Bakes bread');
    } finally {
      await close();
    }
  });

  test('lets a sub-agent work under the same permissions', async () => {
    const { engine, home, close } = await openEngine(({ prompt, step }) => {
      if (prompt === 'bake' && step === 0)
        return reply(use('Write', { file_path: 'bread.txt', content: 'bread' }));
      if (prompt === 'go' && step === 0) {
        return reply(use('Agent', { description: 'Bake', prompt: 'bake', subagent_type: 'general-purpose' }));
      }
      return reply(say('Baked.'));
    });
    try {
      const host = createRecordingHost({ allow: false, reason: 'No bread.' });
      await run(engine.run({ ...turn('go'), host }, never));
      expect(host.asked.map(({ name }) => name)).toContain('Agent');
      const willing = createRecordingHost();
      const events = await run(engine.run({ ...turn('go'), host: willing }, never));
      expect(willing.asked.map(({ name }) => name)).toEqual(expect.arrayContaining(['Agent', 'Write']));
      expect(await readFile(join(home, 'bread.txt'), 'utf8')).toBe('bread');
      expect(events.flatMap((event) => (event.type === 'tool_start' ? [event.summary] : []))).toEqual(
        expect.arrayContaining(['Bake', 'Writing bread.txt']),
      );
    } finally {
      await close();
    }
  });

  test('starts afresh, and says so, when the conversation is gone', async () => {
    const { engine, close } = await openEngine([]);
    try {
      const token = JSON.stringify({ id: '11111111-2222-4333-8444-555555555555' });
      const events = await run(engine.run(turn('hello', token), never));
      expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['notice', 'result']));
      expect(events.at(-1)).toMatchObject({ type: 'result', text: 'You said: hello' });
    } finally {
      await close();
    }
  });

  test('tells what the endpoint says of a limit, and does not try again when told not to', async () => {
    const message = 'Your month of $5.00 is used up. It begins anew on 1 December.';
    const headers = { 'x-should-retry': 'false', 'retry-after': '600000' };
    const { engine, model, close } = await openEngine([scene('hello', failing(429, { message, headers }))]);
    try {
      const events = await run(engine.run(turn('hello'), never));
      expect(events.at(-1)).toEqual({ type: 'error', code: 'rate_limited', message, hint: null });
      expect(model.requests.filter(({ side }) => !side)).toHaveLength(1);
    } finally {
      await close();
    }
  });

  test('ends what a crashed kernel has left', async () => {
    const { engine, statePath, close } = await openEngine([endless]);
    try {
      const events = engine.run(turn('endless'), never)[Symbol.asyncIterator]();
      await events.next();
      expect(await processesNaming(statePath)).not.toEqual([]);
      await engine.endLeftovers?.();
      expect(await processesNaming(statePath)).toEqual([]);
      let last: EngineEvent | undefined;
      for (let next = await events.next(); !next.done; next = await events.next()) last = next.value;
      expect(last).toMatchObject({ type: 'error' });
    } finally {
      await close();
    }
  });
});
