import { createLogger } from '@matrix-os/kit';
import { expect, it, vi } from 'vitest';
import type { EngineSource } from '../claude/engine-source.ts';
import { tempFolder } from '../home/temp-folder.fixture.ts';
import type { InstalledEngine } from './create-engine-installer.ts';
import type { Progress } from './download.ts';
import { createFetchingSource } from './fetching-source.ts';

const log = createLogger({ name: 'test', level: 'silent' });
const refuse = () => {
  throw new Error('not there');
};
const absent: EngineSource = { problem: () => 'It did not come along.', executable: refuse, sdk: refuse };

const create = (cameAlong = absent) => {
  const folder = tempFolder({ 'sdk.mjs': 'export const query = "the fetched one";' });
  const engine: InstalledEngine = { executable: `${folder}/claude`, sdk: `${folder}/sdk.mjs` };
  const attempts: PromiseWithResolvers<InstalledEngine>[] = [];
  const notices: string[] = [];
  let there: InstalledEngine | undefined;
  let report: (progress: Progress) => void = () => undefined;
  let time = 0;
  const close = vi.fn(async () => undefined);
  const source = createFetchingSource({
    cameAlong,
    createInstaller: (onProgress) => {
      report = onProgress;
      return {
        installed: () => there,
        ensure: () => {
          const attempt = Promise.withResolvers<InstalledEngine>();
          attempts.push(attempt);
          return attempt.promise;
        },
        close,
      };
    },
    notice: (level, title) => notices.push(`${level}: ${title}`),
    log,
    now: () => time,
  });
  return {
    source,
    engine,
    attempts,
    notices,
    close,
    report: (progress: Progress) => report(progress),
    install: () => {
      there = engine;
    },
    pass: (ms: number) => {
      time += ms;
    },
  };
};

it('takes what came along, and fetches nothing', async () => {
  const sdk = { query: 'the one that came along' } as unknown as Awaited<ReturnType<EngineSource['sdk']>>;
  const { source, attempts } = create({
    problem: () => null,
    executable: () => '/app/claude',
    sdk: async () => sdk,
  });
  expect(source.problem()).toBeNull();
  expect(source.executable()).toBe('/app/claude');
  expect(await source.sdk()).toBe(sdk);
  expect(attempts).toHaveLength(0);
});

it('fetches once, shows how far it is, and is there in the end', async () => {
  const { source, engine, attempts, notices, report } = create();
  expect(source.problem()).toBe('The Claude engine is being fetched. The built-in helper answers meanwhile.');
  report({ receivedBytes: 43, totalBytes: 100 });
  expect(source.problem()).toContain('fetched (43 %).');
  expect(() => source.executable()).toThrow(/fetched \(43 %\)/);
  expect(attempts).toHaveLength(1);
  attempts[0]?.resolve(engine);
  await expect.poll(() => source.problem()).toBeNull();
  expect(source.executable()).toBe(engine.executable);
  expect(await source.sdk()).toMatchObject({ query: 'the fetched one' });
  expect(notices).toEqual(['info: Fetching the Claude engine', 'success: Claude is ready']);
});

it('finds what an earlier process fetched', () => {
  const { source, install, engine, attempts } = create();
  install();
  expect(source.problem()).toBeNull();
  expect(source.executable()).toBe(engine.executable);
  expect(attempts).toHaveLength(0);
});

it('keeps the reason of a failure for a while, then tries again', async () => {
  const { source, attempts, notices, pass } = create();
  source.problem();
  attempts[0]?.reject(new Error('No network.'));
  await expect.poll(() => source.problem()).toBe('No network.');
  pass(10_000);
  expect(source.problem()).toBe('No network.');
  pass(10_000);
  expect(source.problem()).toMatch(/being fetched/);
  expect(attempts).toHaveLength(2);
  expect(notices).toEqual(['info: Fetching the Claude engine', 'warning: No Claude engine yet']);
});

it('stops with the OS', async () => {
  const { source, close } = create();
  source.problem();
  await source.close();
  expect(close).toHaveBeenCalledOnce();
});
