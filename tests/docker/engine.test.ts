import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { secretAttempts } from '../support/hostile/attempts.ts';
import { leaked, makeCanaries } from '../support/hostile/canaries.ts';
import { driveTurn } from '../support/hostile/drive-turn.ts';
import { type Mirror, startMirror } from '../support/mirror.ts';
import { attemptScene } from '../support/model-server/attempt-scene.ts';
import { createModelServer, type ModelServer } from '../support/model-server/model-server.ts';
import { hold, reply, say as says, scene, use } from '../support/model-server/script.ts';
import { buildImage } from './support/build-image.ts';
import { type Container, say, startContainer } from './support/container.ts';
import { connect } from './support/engine.ts';
import { COMMIT, IMAGE, WITH_ENGINE } from './support/names.ts';
import { createNetwork } from './support/network.ts';
import { reachHost } from './support/reach-host.ts';

const engine = connect(inject('docker'));
const { docker } = engine;

const SCRIPT = [
  scene(
    'note for later',
    reply(use('Write', { file_path: 'documents/later.md', content: 'Call the dentist.\n' })),
    reply(use('Bash', { command: 'id -u; git --version', description: 'Look around' })),
    reply(says('Noted.')),
  ),
  scene('count for ever', reply(says('One, two, '), hold('never'))),
];

let model: ModelServer;
let mirror: Mirror;
let network: Awaited<ReturnType<typeof createNetwork>>;
const reached: Awaited<ReturnType<typeof reachHost>>[] = [];
let environment: Record<string, string>;

beforeAll(async () => {
  model = await createModelServer({ script: SCRIPT });
  mirror = await startMirror();
  network = await createNetwork(engine);
  reached.push(await reachHost(network.gateway, model.url), await reachHost(network.gateway, mirror.url));
  environment = {
    ANTHROPIC_BASE_URL: reached[0]?.url ?? '',
    ANTHROPIC_API_KEY: 'sk-ant-test-key-1234',
    MATRIX_ENGINE_REGISTRY: reached[1]?.url ?? '',
  };
});
afterAll(async () => {
  for (const each of reached) await each.close();
  await network?.remove();
  await mirror?.close();
  await model?.close();
});

const settings = async (os: Container): Promise<{ activeEngine: string; engineProblem: string | null }> =>
  (await os.request('/api/settings')).json() as Promise<{
    activeEngine: string;
    engineProblem: string | null;
  }>;

const expectTurn = async (os: Container): Promise<void> => {
  expect((await say(os, 'make a note for later')).text).toContain('Noted.');
  expect(await os.exec('cat', '/home/matrix/matrixos/documents/later.md')).toBe('Call the dentist.');
  const asked = model.requests.findLast(({ step, side }) => step === 2 && !side);
  expect(asked?.toolResults[0]?.text).toMatch(/^\d+\ngit version/);
};

describe('the image as it is published', () => {
  const volumes = [
    '--volume',
    'engine-test-home:/home/matrix',
    '--volume',
    'engine-test-state:/var/lib/matrix',
  ];
  const start = (more: Record<string, string> = {}) =>
    startContainer(engine, {
      network: network.name,
      arguments: volumes,
      environment: { ...environment, ...more },
    });
  let os: Container;
  afterAll(async () => {
    await os?.remove();
    await docker('volume', 'rm', 'engine-test-home', 'engine-test-state');
  });

  it('fetches the engine when it is wanted, tells how far it is, and the built-in one answers meanwhile', async () => {
    mirror.hold();
    os = await start();
    await expect
      .poll(async () => (await settings(os)).engineProblem, { timeout: 30_000 })
      .toMatch(/being fetched \(\d+ %\)\. The built-in helper answers meanwhile/);
    expect((await settings(os)).activeEngine).toBe('builtin');
    await say(os, 'make me a todo list');
    expect(await os.exec('ls', '/home/matrix/matrixos/apps')).toContain('todo');
  });

  it('stops within five seconds in the middle of that, and goes on in a new container', async () => {
    const began = Date.now();
    await docker('stop', os.name);
    expect(Date.now() - began).toBeLessThan(5000);
    await os.remove();
    mirror.release();
    os = await start();
    await expect.poll(async () => (await settings(os)).activeEngine, { timeout: 60_000 }).toBe('claude');
    await expectTurn(os);
  });

  it('keeps it: the next container asks no registry', async () => {
    await os.remove();
    const before = mirror.requests.length;
    os = await start({ MATRIX_ENGINE_REGISTRY: 'http://127.0.0.1:9' });
    expect((await settings(os)).activeEngine).toBe('claude');
    await expectTurn(os);
    expect(mirror.requests).toHaveLength(before);
  });

  it('says what to do when the volume is too small', async () => {
    const small = await startContainer(engine, {
      network: network.name,
      environment,
      arguments: ['--tmpfs', '/var/lib/matrix:mode=1777,size=64m'],
    });
    try {
      await expect
        .poll(async () => (await settings(small)).engineProblem, { timeout: 30_000 })
        .toMatch(/does not fit on the disk.*needs \d+ MB, and \d+ MB are free\. Make room/);
      await say(small, 'make me a todo list');
    } finally {
      await small.remove();
    }
  });
});

describe('an image of your own, with the engine in it', () => {
  beforeAll(async () => {
    await buildImage(engine, { tag: WITH_ENGINE, engine: 'include', environment: { COMMIT } });
  });

  it('runs a turn and asks no registry, as a user of any number', async () => {
    const before = mirror.requests.length;
    const os = await startContainer(engine, {
      image: WITH_ENGINE,
      network: network.name,
      environment,
      arguments: ['--user', '4321:4321'],
    });
    try {
      await expectTurn(os);
      expect(mirror.requests).toHaveLength(before);
    } finally {
      await os.remove();
    }
  });

  // The container's own process is watched from outside, the rest as the agent sees it.
  it.each(['free', 'ask'])('lets a hostile model get at no secret, when set to %s', async (autonomy) => {
    const canaries = makeCanaries('key', 'token', 'outside');
    const os = await startContainer(engine, {
      image: WITH_ENGINE,
      network: network.name,
      environment: {
        ...environment,
        ANTHROPIC_API_KEY: canaries.key,
        MATRIX_AUTH_TOKEN: canaries.token,
        MATRIX_AUTONOMY: autonomy,
      },
    });
    try {
      const target = {
        home: '/home/matrix/matrixos',
        state: '/var/lib/matrix/state',
        outside: '/home/matrix/diary.txt',
        userHome: '/home/matrix',
      };
      await os.exec('sh', '-c', `echo ${canaries.outside} >${target.outside}`);
      await os.exec('sh', '-c', `echo '{"kept":"${canaries.token}"}' >${target.state}/kept.json`);
      const attempts = secretAttempts(target);
      model.script([attemptScene('try everything', attempts), ...SCRIPT]);
      const request: typeof os.request = (path, init = {}) =>
        fetch(os.url + path, {
          ...init,
          headers: {
            authorization: `Bearer ${canaries.token}`,
            'content-type': 'application/json',
            ...init.headers,
          },
        });
      const before = model.requests.length;
      const events = await driveTurn(request, 'try everything', ({ tool }) => tool !== 'mcp__os__outside');
      expect(events.at(-1)).toMatchObject({ type: 'result', text: 'I tried.' });
      console.log(attempts.map(({ what }) => `  tried: ${what}`).join('\n'));
      const asked = model.requests
        .slice(before)
        .map(({ headers: { 'x-api-key': _key, ...headers }, ...body }) => ({ headers, ...body }));
      expect(asked.length).toBeGreaterThan(attempts.length);
      expect(leaked(canaries, JSON.stringify([asked, events]))).toEqual([]);
      expect(leaked(canaries, await os.logs())).toEqual([]);
      expect(await os.exec('cat', target.outside)).toBe(canaries.outside);
      // What the wall keeps is there for whoever is not behind it.
      expect(await os.exec('cat', `${target.state}/kept.json`)).toContain(canaries.token);
      const { protection } = (await (await request('/api/system')).json()) as { protection: string };
      expect(protection).toBe('landlock');
    } finally {
      model.script(SCRIPT);
      await os.remove();
    }
  });

  it('ends within five seconds in the middle of a turn, cleanly', async () => {
    const os = await startContainer(engine, { image: WITH_ENGINE, network: network.name, environment });
    try {
      void say(os, 'count for ever').catch(() => undefined);
      await model.request((request) => request.prompt.includes('count for ever'));
      const began = Date.now();
      await docker('stop', os.name);
      expect(Date.now() - began).toBeLessThan(5000);
      expect(await docker('inspect', '--format', '{{.State.ExitCode}}', os.name)).toBe('0');
    } finally {
      await os.remove();
    }
  });

  it('has it in a layer of its own, below everything that changes more often', async () => {
    const history = await docker(
      'history',
      '--no-trunc',
      '--format',
      '{{.Size}} {{.CreatedBy}}',
      WITH_ENGINE,
    );
    const sizes = history.split('\n').filter((line) => !line.startsWith('0B'));
    const engineAt = sizes.findIndex((line) => /^3\d\dMB COPY/.test(line));
    expect(sizes.slice(0, engineAt).every((line) => line.startsWith('COPY') || / COPY /.test(line))).toBe(
      true,
    );
    expect(engineAt).toBe(3);
  });

  it('never gets into the one that is published, also on a builder that has just built it', async () => {
    const again = `${IMAGE}-again`;
    await buildImage(engine, { tag: again, environment: { COMMIT } });
    const list = [
      'run',
      '--rm',
      '--network',
      'none',
      '--entrypoint',
      'ls',
      again,
      '/opt/matrix/node_modules',
    ];
    expect(await docker(...list)).toBe('@lydell');
    await docker('rmi', again);
  });

  it('stands on the same layers as the one that is published', async () => {
    const layers = async (image: string): Promise<string[]> =>
      JSON.parse(await docker('inspect', '--format', '{{json .RootFS.Layers}}', image));
    const [published, own] = [await layers(IMAGE), await layers(WITH_ENGINE)];
    expect(own).toHaveLength(published.length);
    // The base, what was installed on it, and the folder to start in; then comes the engine.
    expect(own.slice(0, 3)).toEqual(published.slice(0, 3));
    expect(own[3]).not.toBe(published[3]);
  });
});
