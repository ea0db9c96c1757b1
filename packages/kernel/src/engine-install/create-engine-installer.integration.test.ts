import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLogger } from '@matrix-os/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngineInstaller, type EngineInstaller } from './create-engine-installer.ts';
import type { Progress } from './download.ts';
import { createFakeRegistry, type FakeRegistry } from './fake-registry.fixture.ts';

let registry: FakeRegistry;
let statePath: string;
beforeEach(async () => {
  registry = await createFakeRegistry();
  statePath = mkdtempSync(join(tmpdir(), 'engine-install-'));
});
afterEach(async () => {
  await registry.close();
  rmSync(statePath, { recursive: true });
});

const log = createLogger({ name: 'test', level: 'silent' });
const progress: Progress[] = [];
const create = (
  options: { pausesMs?: readonly number[]; silenceMs?: number; url?: string } = {},
): EngineInstaller => {
  progress.length = 0;
  return createEngineInstaller({
    statePath,
    packages: registry.packages,
    registry: options.url ?? registry.url,
    fetch,
    log,
    onProgress: (step) => {
      progress.push(step);
      // By now that much is on the disk.
      registry.cut();
    },
    pausesMs: options.pausesMs ?? [],
    ...(options.silenceMs === undefined ? {} : { silenceMs: options.silenceMs }),
  });
};
const run = (executable: string) => execFileSync(executable, { encoding: 'utf8' }).trim();
const left = () => readdirSync(join(statePath, 'engine')).sort();
const programRequests = () => registry.requests.filter(({ path }) => path.endsWith('linux-x64.tgz'));

describe('a fresh state directory', () => {
  it('gets a program that runs and a module that loads, and nothing else', async () => {
    const installer = create();
    expect(installer.installed()).toBeUndefined();
    const engine = await installer.ensure();
    expect(run(engine.executable)).toBe(registry.programOutput);
    expect((await import(pathToFileURL(engine.sdk).href)).query()).toBe('asked');
    expect(installer.installed()).toEqual(engine);
    expect(left()).toEqual(['9.8.7']);
  });

  it('shows progress up to the end', async () => {
    await create().ensure();
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)).toEqual({
      receivedBytes: registry.programBytes,
      totalBytes: registry.programBytes,
    });
  });

  it('is filled once for everyone who asks at the same time', async () => {
    const installer = create();
    const engines = await Promise.all(Array.from({ length: 20 }, () => installer.ensure()));
    expect(new Set(engines.map((engine) => engine.executable)).size).toBe(1);
    expect(programRequests()).toHaveLength(1);
  });
});

it('asks nobody when the engine is there, also in a new process', async () => {
  await create().ensure();
  const before = registry.requests.length;
  const again = create();
  expect(run((await again.ensure()).executable)).toBe(registry.programOutput);
  expect(registry.requests).toHaveLength(before);
});

it('removes the version that an older release brought', async () => {
  mkdirSync(join(statePath, 'engine', '1.0.0', 'node_modules'), { recursive: true });
  await create().ensure();
  expect(left()).toEqual(['9.8.7']);
});

describe('a download that breaks off', () => {
  it('goes on from where it stopped, by itself', async () => {
    registry.mishaps({ kind: 'cut', after: 100_000 });
    expect(run((await create({ pausesMs: [1] }).ensure()).executable)).toBe(registry.programOutput);
    const [, second] = programRequests();
    expect(Number(/^bytes=(\d+)-$/.exec(second?.range ?? '')?.[1])).toBeGreaterThan(0);
  });

  it('tells so after the last attempt, and goes on with the next call', async () => {
    registry.mishaps({ kind: 'cut', after: 100_000 });
    const installer = create();
    await expect(installer.ensure()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/broke off.*Check the network/),
    });
    expect(installer.installed()).toBeUndefined();
    expect(run((await installer.ensure()).executable)).toBe(registry.programOutput);
    expect(programRequests().at(-1)?.range).toMatch(/^bytes=[1-9]/);
  });

  it('counts one that falls silent as broken', async () => {
    registry.mishaps({ kind: 'stall', after: 50_000 });
    const engine = await create({ pausesMs: [1], silenceMs: 3000 }).ensure();
    expect(run(engine.executable)).toBe(registry.programOutput);
  });

  it('survives the death of the process', async () => {
    registry.mishaps({ kind: 'stall', after: 100_000 });
    const options = JSON.stringify({ statePath, registry: registry.url, packages: registry.packages });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'install-child.fixture.ts'), options]);
    await registry.stalled;
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(create().installed()).toBeUndefined();
    expect(run((await create().ensure()).executable)).toBe(registry.programOutput);
    expect(left()).toEqual(['9.8.7']);
  });
});

describe('what is not what was pinned', () => {
  it('is thrown away and never run', async () => {
    registry.mishaps({ kind: 'forge' });
    const installer = create({ pausesMs: [1, 1] });
    await expect(installer.ensure()).rejects.toThrow(/is not what Matrix OS was released with/);
    expect(installer.installed()).toBeUndefined();
    expect(programRequests()).toHaveLength(1);
    expect(readdirSync(join(statePath, 'engine', 'downloads'))).toEqual([]);
    await installer.ensure();
  });

  it('is fetched anew when it was the part from before', async () => {
    const downloads = join(statePath, 'engine', 'downloads');
    mkdirSync(downloads, { recursive: true });
    writeFileSync(join(downloads, '@scope-sdk-linux-x64-9.8.7.tgz'), 'not the beginning of this file');
    expect(run((await create({ pausesMs: [1] }).ensure()).executable)).toBe(registry.programOutput);
    expect(programRequests().map(({ range }) => range)).toEqual(['bytes=30-', undefined]);
  });
});

describe('a disk that is too small', () => {
  it('is told before anything is fetched', async () => {
    registry.unpackedBytes = 1e15;
    await expect(create().ensure()).rejects.toThrow(/needs 2800000000 MB, and \d+ MB are free. Make room/);
    expect(programRequests()).toHaveLength(0);
  });

  it('is told when it fills up meanwhile', async () => {
    const downloads = join(statePath, 'engine', 'downloads');
    mkdirSync(downloads, { recursive: true });
    // The one file on which every write fails with ENOSPC.
    symlinkSync('/dev/full', join(downloads, '@scope-sdk-linux-x64-9.8.7.tgz'));
    await expect(create({ pausesMs: [1] }).ensure()).rejects.toThrow(/does not fit on the disk.*Make room/);
    expect(left()).toEqual(['downloads']);
  });
});

it('says which registry could not be reached, and what to do', async () => {
  const installer = create({ url: 'http://127.0.0.1:9' });
  await expect(installer.ensure()).rejects.toThrow(/127\.0\.0\.1:9 could not be reached.*Check the network/);
});

it('stops a download when the OS stops', async () => {
  registry.mishaps({ kind: 'stall', after: 1000 });
  const installer = create();
  const waiting = expect(installer.ensure()).rejects.toMatchObject({ code: 'cancelled' });
  await registry.stalled;
  await installer.close();
  await waiting;
  await expect(installer.ensure()).rejects.toMatchObject({ code: 'cancelled' });
});
