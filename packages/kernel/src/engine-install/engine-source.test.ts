import { createLogger } from '@matrix-os/kit';
import { expect, it, vi } from 'vitest';
import type { InstalledEngine } from './create-engine-installer.ts';
import type { Progress } from './download.ts';
import { createEngineSource } from './engine-source.ts';

const log = createLogger({ name: 'test', level: 'silent' });
const ENGINE: InstalledEngine = { executable: '/state/engine/1/claude', sdk: '/state/engine/1/sdk.mjs' };
const absent = () => ({ problem: 'It did not come along.' });

const create = () => {
  const attempts: PromiseWithResolvers<InstalledEngine>[] = [];
  const notices: string[] = [];
  let there: InstalledEngine | undefined;
  let report: (progress: Progress) => void = () => undefined;
  let time = 0;
  const close = vi.fn(async () => undefined);
  const source = createEngineSource({
    find: absent,
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
    attempts,
    notices,
    close,
    report: (progress: Progress) => report(progress),
    install: () => {
      there = ENGINE;
    },
    pass: (ms: number) => {
      time += ms;
    },
  };
};

it('takes what came along, and fetches nothing', () => {
  const source = createEngineSource({
    find: () => ({ path: '/app/claude' }),
    createInstaller: () => {
      throw new Error('not needed');
    },
    notice: () => undefined,
    log,
  });
  expect(source.problem()).toBeNull();
  expect(source.engine()).toEqual({ executable: '/app/claude', sdk: undefined });
});

it('says what the installation lacks where nothing can be fetched', () => {
  const source = createEngineSource({
    find: absent,
    createInstaller: undefined,
    notice: () => undefined,
    log,
  });
  expect(source.problem()).toBe('It did not come along.');
  expect(source.engine()).toBeUndefined();
});

it('fetches nothing until it is asked for', () => {
  const { source, attempts } = create();
  expect(source.engine()).toBeUndefined();
  expect(attempts).toHaveLength(0);
});

it('fetches once, shows how far it is, and is there in the end', async () => {
  const { source, attempts, notices, report } = create();
  expect(source.problem()).toBe('The Claude engine is being fetched. The built-in helper answers meanwhile.');
  report({ receivedBytes: 43, totalBytes: 100 });
  expect(source.problem()).toContain('fetched (43 %).');
  expect(attempts).toHaveLength(1);
  attempts[0]?.resolve(ENGINE);
  await expect.poll(() => source.problem()).toBeNull();
  expect(source.engine()).toEqual(ENGINE);
  expect(notices).toEqual(['info: Fetching the Claude engine', 'success: Claude is ready']);
});

it('finds what an earlier process fetched', () => {
  const { source, install, attempts } = create();
  install();
  expect(source.problem()).toBeNull();
  expect(source.engine()).toEqual(ENGINE);
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
