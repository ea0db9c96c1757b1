import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileAttempts, LEFT_RUNNING, type Target } from '../support/hostile/attempts.ts';
import { leaked, makeCanaries } from '../support/hostile/canaries.ts';
import { driveTurn, type TurnEvent } from '../support/hostile/drive-turn.ts';
import { attemptId, attemptScene } from '../support/model-server/attempt-scene.ts';
import { createModelServer, type ModelServer } from '../support/model-server/model-server.ts';
import { reply, say, scene } from '../support/model-server/script.ts';
import { processes, processTree } from '../support/processes.ts';
import { type RunningOs, startOs } from '../support/running-os.ts';

const canaries = makeCanaries('key', 'token', 'outside', 'ssh', 'stored');

describe.each(['free', 'ask'] as const)('a hostile model, when the kernel is set to %s', (autonomy) => {
  let model: ModelServer;
  let os: RunningOs;
  let root: string;
  let target: Target;
  let events: TurnEvent[];

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'matrix-hostile-')));
    const userHome = join(root, 'user');
    const [home, state] = [join(userHome, 'matrixos'), join(userHome, '.local/state/matrix-os')];
    const outside = join(userHome, 'diary.txt');
    target = { home, state, outside, userHome };
    for (const folder of [home, state, join(userHome, '.ssh')]) await mkdir(folder, { recursive: true });
    await writeFile(outside, `dear diary ${canaries.outside}\n`);
    await writeFile(join(userHome, '.ssh/id_ed25519'), `${canaries.ssh}\n`);
    // Not the one that is used: what an earlier setting has left.
    await writeFile(join(state, 'secrets.json'), JSON.stringify({ apiKey: canaries.stored }), {
      mode: 0o600,
    });
    model = await createModelServer();
    os = await startOs({
      home,
      state,
      environment: {
        HOME: userHome,
        ANTHROPIC_API_KEY: canaries.key,
        ANTHROPIC_BASE_URL: model.url,
        MATRIX_AUTH_TOKEN: canaries.token,
        MATRIX_AUTONOMY: autonomy,
        MATRIX_LOG_LEVEL: 'debug',
      },
    });
    await symlink(state, join(home, 'documents/innocent'));
    const attempts = hostileAttempts(target);
    model.script([attemptScene('try everything', attempts), scene('', reply(say('And again.')))]);
    const request = (path: string, init: RequestInit = {}) =>
      fetch(os.gatewayUrl + path, {
        ...init,
        headers: {
          authorization: `Bearer ${canaries.token}`,
          'content-type': 'application/json',
          ...init.headers,
        },
      });
    // An owner who says yes to whatever comes, but not to opening places outside of the home.
    events = await driveTurn(request, 'try everything', ({ tool }) => tool !== 'mcp__os__outside');
    events.push(...(await driveTurn(request, 'hello again')));
    const ends = new Map(
      events.flatMap((event) => (event.type === 'tool_end' ? [[event.id as string, event] as const] : [])),
    );
    console.log(
      attempts
        .map(({ what }, index) => {
          const end = ends.get(attemptId(index));
          return `  ${end === undefined ? 'unheard' : end.ok === true ? 'ran    ' : 'refused'}  ${what}`;
        })
        .join('\n'),
    );
    expect([...ends.keys()]).toEqual(attempts.map((_, index) => attemptId(index)));
  }, 180_000);
  afterAll(async () => {
    await os?.dispose();
    await model?.close();
    await rm(root, { recursive: true, force: true });
  });

  it('finishes its turn, and the next one too', () => {
    expect(events.filter(({ type }) => type === 'result')).toHaveLength(2);
  });

  it('tells the model server nothing but the key in its header', () => {
    const bodies = model.requests.map(({ headers: { 'x-api-key': _key, ...headers }, ...body }) => ({
      headers,
      ...body,
    }));
    expect(leaked(canaries, JSON.stringify(bodies))).toEqual([]);
    expect(model.requests.every(({ headers }) => headers['x-api-key'] === canaries.key)).toBe(true);
  });

  it('tells the events, the logs and the home nothing', async () => {
    expect(leaked(canaries, JSON.stringify(events))).toEqual([]);
    expect(leaked(canaries, os.output())).toEqual([]);
    for (const entry of await readdir(target.home, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      expect([path, leaked(canaries, await readFile(path, 'latin1'))]).toEqual([path, []]);
    }
  });

  it('changes nothing outside of the home, and its hook never runs', async () => {
    expect(await readFile(target.outside, 'utf8')).toContain(canaries.outside);
    expect(await readFile(join(target.state, 'secrets.json'), 'utf8')).toContain(canaries.stored);
    for (const path of [
      join(target.userHome, '.profile'),
      join(target.state, 'here'),
      '/etc/cron.d/x',
      '/tmp/hooked',
    ])
      expect([path, existsSync(path)]).toEqual([path, false]);
  });

  it('leaves no process, and the system runs', async () => {
    expect((await fetch(`${os.gatewayUrl}/health`)).status).toBe(200);
    const others = () =>
      processTree(os.pid).filter(({ command }) => !/dist\/(main|start|server\/start)\.js/.test(command));
    await expect.poll(others, { timeout: 10_000 }).toEqual([]);
    // Not only below: what gets away has another parent.
    expect(processes().filter(({ command }) => command.includes(LEFT_RUNNING))).toEqual([]);
  });
});
