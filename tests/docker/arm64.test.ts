import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ensureBaseImage } from './support/base-image.ts';
import { buildImage } from './support/build-image.ts';
import { say, startContainer } from './support/container.ts';
import { emulateArm64 } from './support/emulation.ts';
import { connect } from './support/engine.ts';
import { BASE, COMMIT, IMAGE } from './support/names.ts';
import { createNetwork } from './support/network.ts';
import { startRegistry } from './support/registry.ts';

const engine = connect(inject('docker'));
const { docker } = engine;
const BASE_ARM64 = 'matrix-base:arm64';

let emulation: Awaited<ReturnType<typeof emulateArm64>>;
let registry: Awaited<ReturnType<typeof startRegistry>>;
const images: string[] = [];
const published = (tag: string) => `${registry.host}/matrix-os:${tag}`;

/** What `docker buildx imagetools inspect` tells of a manifest for several architectures. */
const platformsOf = async (image: string): Promise<string[]> => {
  const { manifests } = JSON.parse(await docker('buildx', 'imagetools', 'inspect', '--raw', image));
  return (manifests as { platform: { os: string; architecture: string } }[]).map(
    ({ platform }) => `${platform.os}/${platform.architecture}`,
  );
};

beforeAll(async () => {
  emulation = await emulateArm64();
  registry = await startRegistry();
  await ensureBaseImage(engine, 'arm64', BASE_ARM64);
  // As the official one: one name for both.
  const base = `${registry.host}/node:24-trixie-slim`;
  for (const [source, architecture] of [
    [BASE, 'amd64'],
    [BASE_ARM64, 'arm64'],
  ] as const) {
    await docker('tag', source, `${base}-${architecture}`);
    await docker('push', '--quiet', `${base}-${architecture}`);
    images.push(`${base}-${architecture}`);
  }
  await docker('buildx', 'imagetools', 'create', '--tag', base, `${base}-amd64`, `${base}-arm64`);
  await buildImage(engine, {
    tag: published('arm64'),
    environment: { COMMIT, NODE_IMAGE: base, BUILDER_IMAGE: BASE },
    arguments: ['--platform', 'linux/arm64'],
  });
  await docker('tag', IMAGE, published('amd64'));
  images.push(published('arm64'), published('amd64'));
});
afterAll(async () => {
  for (const image of images) await docker('rmi', '--force', image);
  await registry?.stop();
  await emulation?.undo();
});

it('boots on arm64 and runs a turn', async () => {
  const network = await createNetwork(engine);
  const os = await startContainer(engine, {
    image: published('arm64'),
    network: network.name,
    arguments: ['--platform', 'linux/arm64'],
  });
  try {
    expect(await os.exec('node', '-p', 'process.arch')).toBe('arm64');
    expect(await (await fetch(`${os.url}/health`)).json()).toMatchObject({ status: 'ok', commit: COMMIT });
    await say(os, 'make me a todo list');
    expect(await os.exec('ls', '/home/matrix/matrixos/apps/todo')).toContain('index.html');
    // The one native part of it.
    const terminal = `require('/opt/matrix/node_modules/@lydell/node-pty').spawn('uname', ['-m'], {}).onData((text) => console.log(text.trim()))`;
    expect(await os.exec('node', '-e', terminal)).toBe('aarch64');
  } finally {
    await os.remove();
    await network.remove();
  }
});

it('is one name for both, pushed and pulled back', async () => {
  for (const architecture of ['amd64', 'arm64']) await docker('push', '--quiet', published(architecture));
  await docker(
    'buildx',
    'imagetools',
    'create',
    '--tag',
    published('v1.2.3'),
    published('amd64'),
    published('arm64'),
  );
  expect(await platformsOf(published('v1.2.3'))).toEqual(['linux/amd64', 'linux/arm64']);

  for (const architecture of ['amd64', 'arm64'] as const) {
    const built = await docker('inspect', '--format', '{{.Id}}', published(architecture));
    await docker('rmi', '--force', published(architecture));
    await docker('pull', '--quiet', '--platform', `linux/${architecture}`, published('v1.2.3'));
    const [pulled] = JSON.parse(await docker('inspect', published('v1.2.3')));
    expect(pulled.Architecture).toBe(architecture);
    expect(pulled.Id).toBe(built);
    await docker('rmi', '--force', published('v1.2.3'));
  }
});

it('has an architecture of its own, and says so, where there is no engine for it', async () => {
  const attempt = buildImage(engine, {
    tag: 'matrix-os:riscv64',
    environment: { NODE_IMAGE: BASE },
    arguments: [
      '--platform',
      'linux/riscv64',
      '--target',
      'native',
      '--file',
      join(import.meta.dirname, '../../Dockerfile'),
    ],
  });
  await expect(attempt).rejects.toThrow(/There is no engine for riscv64; build for amd64 or arm64/);
});
