import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { createModelServer, type ModelServer } from '../support/model-server/model-server.ts';
import { type Reply, reply, say as says, scene } from '../support/model-server/script.ts';
import { buildImage } from './support/build-image.ts';
import { createProject, type Project } from './support/compose.ts';
import { attach, type Container, say } from './support/container.ts';
import { connect } from './support/engine.ts';
import { COMMIT, WITH_ENGINE } from './support/names.ts';
import { createNetwork } from './support/network.ts';
import { reachHost } from './support/reach-host.ts';

const engine = connect(inject('docker'));
const { docker } = engine;
const API_KEY = 'sk-ant-the-operators-own-key-9876';

const greeting: Reply = { ...reply(says('Good morning.')), tokens: { input: 1000, output: 500 } };

let model: ModelServer;
let outside: Awaited<ReturnType<typeof createNetwork>>;
let upstream: Awaited<ReturnType<typeof reachHost>>;
let project: Project;
let folder: string;
let proxyUrl: string;
let adminToken: string;
const oses: Record<string, Container> = {};

const find = async (): Promise<void> => {
  for (const [name, url] of Object.entries(urls))
    oses[name] = attach(engine, await project.container(name), url);
};
const urls: Record<string, string> = {};
const os = (name: 'alice' | 'bob'): Container => {
  const found = oses[name];
  if (found === undefined) throw new Error(`${name} does not run`);
  return found;
};

beforeAll(async () => {
  await buildImage(engine, { tag: WITH_ENGINE, engine: 'include', environment: { COMMIT } });
  model = await createModelServer({ script: [scene('good morning', greeting)] });
  outside = await createNetwork(engine);
  upstream = await reachHost(outside.gateway, model.url);
  folder = mkdtempSync(join(tmpdir(), 'matrix-multi-'));
  const envFile = join(folder, 'env');
  writeFileSync(envFile, `PROXY_UPSTREAM_URL=${upstream.url}\n`);
  writeFileSync(join(folder, 'ANTHROPIC_API_KEY'), API_KEY);
  chmodSync(folder, 0o755);
  const ports = [await freePort(), await freePort(), await freePort()];
  proxyUrl = `http://127.0.0.1:${ports[0]}`;
  urls.alice = `http://localhost:${ports[1]}`;
  urls.bob = `http://localhost:${ports[2]}`;
  project = createProject(engine, 'distro/docker-compose.multi.yml', {
    MATRIX_IMAGE: WITH_ENGINE,
    PROXY_ENV_FILE: envFile,
    MATRIX_SECRETS: folder,
    PROXY_PORT: String(ports[0]),
    ALICE_PORT: String(ports[1]),
    BOB_PORT: String(ports[2]),
  });
  await project.compose(['up', '--detach', '--no-build', '--wait', 'proxy', 'alice', 'bob']);
  await find();
  adminToken = await project.compose(['exec', 'proxy', 'cat', '/home/matrix/admin-token']);
});
afterAll(async () => {
  await project?.destroy();
  await upstream?.close();
  await outside?.remove();
  await model?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

const admin = async <Answer>(path: string, body?: unknown): Promise<Answer> => {
  const response = await fetch(proxyUrl + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok, await response.clone().text()).toBe(true);
  return response.json() as Promise<Answer>;
};

const usage = (name: string) => admin<{ today: { requests: number; costUsd: string } }>(`/usage/${name}`);

it('puts all of them on a network of that name', async () => {
  const inspected = JSON.parse(await docker('network', 'inspect', 'matrixos-net'));
  const names = Object.values(inspected[0].Containers as Record<string, { Name: string }>).map(
    ({ Name }) => Name,
  );
  for (const service of ['proxy', 'alice', 'bob']) {
    expect(names).toContainEqual(expect.stringContaining(`-${service}-`));
  }
});

it('gives the API key to the proxy alone, which shows it nowhere, and each OS a key of its own', async () => {
  const keys = await Promise.all(
    (['alice', 'bob'] as const).map((name) => os(name).exec('cat', '/var/lib/matrix/key')),
  );
  expect(keys[0]).toMatch(/^mxk_alice_/);
  expect(keys[1]).toMatch(/^mxk_bob_/);
  const containers = (await project.compose(['ps', '--all', '--quiet'])).split('\n');
  for (const id of containers) expect(await docker('inspect', id)).not.toContain(API_KEY);
  const ofProxy = ['exec', 'proxy', 'bash', '-c', 'cat /proc/[0-9]*/environ 2>&1; true'];
  expect(await project.compose(ofProxy)).not.toMatch(new RegExp(`${API_KEY}|${adminToken}`));
  for (const name of ['alice', 'bob'] as const) {
    const seen = await os(name).exec(
      'bash',
      '-c',
      'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"; env; cat /var/lib/matrix/key*',
    );
    expect(seen).not.toContain(API_KEY);
  }
});

it('lets both spend through the proxy, each on its own account', async () => {
  for (const name of ['alice', 'bob'] as const) {
    expect((await say(os(name), 'good morning')).text).toContain('Good morning.');
    const { today } = await usage(name);
    expect(today.requests).toBeGreaterThan(0);
    expect(Number(today.costUsd)).toBeGreaterThan(0);
  }
  expect(model.requests.length).toBeGreaterThan(0);
  expect(model.requests.every(({ headers }) => headers['x-api-key'] === API_KEY)).toBe(true);
  expect(JSON.stringify(model.requests.map(({ headers }) => headers))).not.toContain('mxk_');
});

it('stops the one that has reached its quota, tells it why, and the other goes on', async () => {
  await admin('/quotas/alice', { dailyLimitUsd: '0.000001' });
  const before = model.requests.length;
  await expect(say(os('alice'), 'good morning')).rejects.toThrow(/limit/i);
  expect(model.requests).toHaveLength(before);
  expect((await say(os('bob'), 'good morning')).text).toContain('Good morning.');
  await admin('/quotas/alice', { dailyLimitUsd: '5' });
  expect((await say(os('alice'), 'good morning')).text).toContain('Good morning.');
});

it('keeps keys, spending and homes over down and up', async () => {
  const key = await os('alice').exec('cat', '/var/lib/matrix/key');
  const spent = (await usage('alice')).today;
  await project.compose(['down']);
  await project.compose(['up', '--detach', '--no-build', '--wait', 'proxy', 'alice', 'bob']);
  await find();
  expect(await os('alice').exec('cat', '/var/lib/matrix/key')).toBe(key);
  expect((await usage('alice')).today).toEqual(spent);
  expect((await say(os('alice'), 'good morning')).text).toContain('Good morning.');
});

it('gives new keys when the proxy has forgotten the old ones', async () => {
  const key = await os('bob').exec('cat', '/var/lib/matrix/key');
  await project.compose(['down']);
  await docker('volume', 'rm', `${project.name}_ledger`);
  await project.compose(['up', '--detach', '--no-build', '--wait', 'proxy', 'alice', 'bob']);
  await find();
  expect(await os('bob').exec('cat', '/var/lib/matrix/key')).not.toBe(key);
  expect((await say(os('bob'), 'good morning')).text).toContain('Good morning.');
});
