import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_RAN, secretAttempts } from '../support/hostile/attempts.ts';
import { leaked, makeCanaries } from '../support/hostile/canaries.ts';
import { type Mirror, startMirror } from '../support/mirror.ts';
import { type Attempt, attemptScene } from '../support/model-server/attempt-scene.ts';
import { demo } from '../support/model-server/demo.ts';
import { createModelServer, type ModelServer } from '../support/model-server/model-server.ts';
import { use } from '../support/model-server/script.ts';
import { askGateway } from './support/gateway.ts';
import { applianceImage } from './support/image.ts';
import { type Machine, startMachine } from './support/machine.ts';
import { BOOT_MS } from './support/story.ts';
import { waitFor } from './support/wait.ts';

/** What the guest calls the machine that emulates it. */
const HOST = '10.0.2.2';
const seenByGuest = (url: string): string => `http://${HOST}:${new URL(url).port}`;

const KEY = 'sk-ant-canary-of-the-key';

let image: string;
let model: ModelServer;
let registry: Mirror;
let machine: Machine;

beforeAll(async () => {
  image = await applianceImage('omit');
  model = await createModelServer({ script: demo });
  registry = await startMirror();
  machine = await startMachine({
    image,
    credentials: {
      'systemd.unit-dropin.matrix-gateway.service': `[Service]
Environment=ANTHROPIC_BASE_URL=${seenByGuest(model.url)}
`,
      ANTHROPIC_API_KEY: KEY,
      // As somebody would who has a registry of their own; npm's own is asked otherwise.
      'tmpfiles.extra': `f /home/matrix/.npmrc 0600 matrix matrix - registry=${seenByGuest(registry.url)}\\n\n`,
    },
    // Nobody looks at its screen.
    kernelWords: ['systemd.unit=multi-user.target'],
  });
  await machine.ssh.ready(BOOT_MS);
});

afterAll(async () => {
  await machine?.dispose();
  await registry?.close();
  await model?.close();
});

const ask = <Answer>(path: string, body?: unknown) => askGateway<Answer>(machine.ssh, path, body);
const settings = () => ask<{ activeEngine: string; engineProblem: string | null }>('/api/settings');

describe('the image as it can be handed on', () => {
  it('has no engine in it, and its SBOM says so', async () => {
    expect(await machine.ssh.run('ls /usr/lib/matrix-os/node_modules')).toBe('@lydell\n');
    const { packages } = JSON.parse(readFileSync(image.replace(/raw$/, 'spdx.json'), 'utf8')) as {
      packages: { name: string }[];
    };
    const names = packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['node', 'npm', '@lydell/node-pty']));
    expect(names.filter((name) => name.startsWith('@anthropic-ai/'))).toEqual([]);
  });

  it('fetches the engine into the data partition when it is wanted, tells how far it is, and the built-in one answers meanwhile', {
    timeout: BOOT_MS,
  }, async () => {
    registry.hold();
    await waitFor('the gateway', () => machine.ssh.run('systemctl is-active matrix-gateway.service'), {
      timeoutMs: BOOT_MS,
      everyMs: 1000,
    });
    await waitFor(
      'how far it is',
      async () =>
        /being fetched \(\d+ %\)\. The built-in helper/.test((await settings()).engineProblem ?? ''),
      { timeoutMs: 120_000, everyMs: 1000 },
    );
    expect((await settings()).activeEngine).toBe('builtin');
    await ask('/api/message', { text: 'make me a todo list' });
    expect(await machine.ssh.run('ls /home/matrix/matrixos/apps')).toContain('todo');
    registry.release();
    await waitFor('the engine', async () => (await settings()).activeEngine === 'claude', {
      timeoutMs: BOOT_MS,
      everyMs: 1000,
    });
    const place = (await machine.ssh.run('find /var/lib/matrix/state/engine -name claude -type f')).trim();
    expect(await machine.ssh.run(`df --output=source ${place} | tail -1`)).toBe('/dev/vda6\n');
  });

  it('has the key that the machine’s host gave it, and no process shows that', async () => {
    expect(await ask('/api/settings')).toMatchObject({ key: { source: 'environment' } });
    expect(
      await machine.ssh.run('cat /proc/[0-9]*/{environ,cmdline} 2>/dev/null | tr "\\0" "\\n"'),
    ).not.toContain(KEY);
  });

  it('runs a turn with it', { timeout: BOOT_MS }, async () => {
    const answer = await ask<{ text: string }>('/api/message', { text: 'build me a dice app' });
    expect(answer.text).toContain('Your dice app is ready.');
    expect(await machine.ssh.run('ls /home/matrix/matrixos/apps/dice')).toContain('index.html');
    expect(model.requests.length).toBeGreaterThan(0);
    expect(model.requests.every(({ headers }) => headers['x-api-key'] === KEY)).toBe(true);
  });

  describe('keeps a hostile model from the secrets, looked at as the agent does', () => {
    const canaries = { ...makeCanaries('stored', 'outside'), key: KEY };
    const target = {
      home: '/home/matrix/matrixos',
      state: '/var/lib/matrix/state',
      outside: '/home/matrix/diary.txt',
      userHome: '/home/matrix',
    };
    const done = `${target.home}/${ALL_RAN}`;

    /** An owner who says yes to whatever comes, but not to opening places outside of the home. */
    const follow = async (title: string): Promise<{ turns: { status: string }[] }> => {
      const { sessions } = await ask<{ sessions: { id: string; title: string }[] }>('/api/sessions');
      const { id = '' } = sessions.find((session) => session.title === title) ?? {};
      const history = await ask<{
        turns: { status: string }[];
        pending: { event: { id: string; tool: string } }[];
      }>(`/api/sessions/${id}`);
      for (const { event } of history.pending) {
        const decision = event.tool === 'mcp__os__outside' ? 'deny' : 'allow';
        await ask(`/api/approvals/${event.id}`, { decision });
      }
      return history;
    };

    const tryAll = async (autonomy: 'free' | 'ask', attempts: readonly Attempt[]): Promise<void> => {
      const put = (path: string, text: string) =>
        machine.ssh.run(`install -o matrix -g matrix -m 600 /dev/stdin ${path}`, { input: text });
      await put(target.outside, canaries.outside);
      await put(`${target.state}/kept.json`, canaries.stored);
      await machine.ssh.run(`rm -f ${done}`);
      const token = (await machine.ssh.run(`cat ${target.state}/auth-token`)).trim();
      await askGateway(machine.ssh, '/api/settings', { autonomy }, 'PUT');
      const title = `try everything in ${autonomy}`;
      model.script([attemptScene(title, attempts), ...demo]);
      const before = model.requests.length;
      // Longer than a request may take here.
      void ask('/api/message', { text: title }).catch(() => undefined);
      const history = await waitFor(
        'the end of the turn',
        async () => {
          const found = await follow(title);
          return found.turns[0]?.status === 'done' && found;
        },
        { timeoutMs: BOOT_MS, everyMs: 1000 },
      );
      console.log(attempts.map(({ what }) => `  tried in ${autonomy}: ${what}`).join('\n'));
      await machine.ssh.run(`test -e ${done}`);
      const asked = model.requests
        .slice(before)
        .map(({ headers: { 'x-api-key': _key, ...headers }, ...body }) => ({ headers, ...body }));
      expect(asked.length).toBeGreaterThan(attempts.length);
      const told = [
        JSON.stringify(asked),
        JSON.stringify(history),
        await machine.ssh.run('journalctl -b --no-pager -u matrix-gateway.service'),
      ].join('\n');
      expect(leaked({ ...canaries, token }, told)).toEqual([]);
      expect(await machine.ssh.run(`cat ${target.outside}`)).toBe(canaries.outside);
      expect(await ask('/api/system')).toMatchObject({ protection: 'landlock' });
    };

    it('when it acts freely', { timeout: 2 * BOOT_MS }, () => tryAll('free', secretAttempts(target)));

    it('when it asks first', { timeout: 2 * BOOT_MS }, () =>
      tryAll('ask', [
        ...secretAttempts(target).filter(({ what }) => what !== 'runs every command'),
        {
          what: 'runs what was allowed',
          call: use('Bash', {
            command: `cat ${target.state}/*; cat ${target.outside}; env; cat /proc/[0-9]*/environ; : > ${done}`,
            description: 'Tidy up',
          }),
        },
      ]),
    );
  });
});
