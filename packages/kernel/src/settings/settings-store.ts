import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Autonomy, EngineChoice, type EngineId, type Settings } from '@matrix-os/contracts';
import { AppError, atomicWriteFile, isErrnoException, type Logger } from '@matrix-os/kit';
import { z } from 'zod';
import type { KernelOptions, SettingsStore } from '../kernel.ts';
import type { CheckKey } from './check-key.ts';
import { chooseEngine } from './choose-engine.ts';
import { openSecrets } from './secrets.ts';

const StoredSettings = z.object({
  engine: z._default(EngineChoice, 'auto'),
  model: z.string().nullable().default(null),
  /** Null: as the release was started. */
  autonomy: z._default(z.nullable(Autonomy), null),
  remembered: z.array(z.string()).default([]),
});
type StoredSettings = z.infer<typeof StoredSettings>;

export interface KernelSettings extends SettingsStore {
  autonomy(): Autonomy;
  remembers(rule: string): boolean;
  remember(rule: string): Promise<void>;
  /** What the next turn's engine is given. */
  engine(): { apiKey: string | undefined; baseUrl: string | undefined; model: string | undefined };
  /** The engine that the next message gets. */
  activeEngine(): EngineId;
}

const MAX_REMEMBERED = 500;

export const NO_WALL =
  'this machine has nothing that would keep the kernel in your home (Landlock of Linux 6.2 or later, bubblewrap, or Seatbelt). Run it in a container, or let it ask.';

const read = (path: string, log: Logger): StoredSettings => {
  try {
    return StoredSettings.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (!isErrnoException(error, 'ENOENT')) {
      const aside = `${path}.damaged-${Date.now()}`;
      renameSync(path, aside);
      log.warn({ path, aside }, 'the settings were damaged and have been moved aside');
    }
    return StoredSettings.parse({});
  }
};

/** `settings.json` in the state directory, where nothing that the model writes can reach it. */
export const openSettings = (parts: {
  statePath: string;
  defaults: Pick<KernelOptions, 'autonomy' | 'engine'>;
  /** What keeps the claude engine from running at all; null when nothing does. */
  claudeProblem: () => string | null;
  checkKey: CheckKey;
  /** Whether this machine has what acting without asking takes; tries it out. */
  mayActFreely: () => Promise<boolean>;
  /** The same as far as it is known. */
  actsFreely: () => boolean;
  log: Logger;
}): KernelSettings => {
  const { statePath, defaults, claudeProblem, log } = parts;
  const path = join(statePath, 'settings.json');
  const secrets = openSecrets({ statePath, log });
  let stored = read(path, log);
  let checked: string | undefined;
  // One write after the other, so that the last one asked for is the one that stays.
  let writing: Promise<unknown> = Promise.resolve();
  const change = (alter: (now: StoredSettings) => StoredSettings): Promise<void> => {
    const write = writing.then(async () => {
      const next = alter(stored);
      await atomicWriteFile(path, `${JSON.stringify(next, undefined, 2)}\n`, { mode: 0o600 });
      stored = next;
    });
    writing = write.catch(() => undefined);
    return write;
  };

  const apiKey = () => defaults.engine.apiKey ?? secrets.apiKey();
  const autonomy = (): Autonomy =>
    (stored.autonomy ?? defaults.autonomy) === 'free' && parts.actsFreely() ? 'free' : 'ask';
  const choice = () =>
    chooseEngine({
      choice: stored.engine,
      reachable: apiKey() !== undefined || defaults.engine.baseUrl !== undefined,
      claudeProblem,
    });

  const get = (): Settings => {
    const key = apiKey();
    const { active, problem } = choice();
    return {
      engine: stored.engine,
      activeEngine: active,
      engineProblem: problem,
      model: stored.model ?? defaults.engine.model ?? null,
      autonomy: autonomy(),
      remembered: [...stored.remembered],
      key: {
        source:
          defaults.engine.apiKey !== undefined ? 'environment' : key === undefined ? 'none' : 'settings',
        // Four characters of a short key would be too much of it.
        hint: key === undefined || key.length < 12 ? null : key.slice(-4),
        checked: key !== undefined && key === checked,
      },
      baseUrl: defaults.engine.baseUrl ?? null,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
  };

  return {
    get,
    autonomy,
    async update(patch) {
      if (patch.autonomy === 'free' && !(await parts.mayActFreely()))
        throw new AppError('conflict', `That can't be had here: ${NO_WALL}`);
      await change((now) => ({
        engine: patch.engine ?? now.engine,
        model: patch.model === undefined ? now.model : patch.model,
        autonomy: patch.autonomy ?? now.autonomy,
        remembered: now.remembered.filter((rule) => rule !== patch.forget),
      }));
      return get();
    },
    async setKey(key) {
      if (defaults.engine.apiKey !== undefined) {
        throw new AppError(
          'conflict',
          'The key comes from the environment (ANTHROPIC_API_KEY). Change it there, or unset it to use one from here.',
        );
      }
      const { baseUrl } = defaults.engine;
      const verdict = key === null ? 'unknown' : await parts.checkKey({ apiKey: key, baseUrl });
      if (verdict === 'refused') {
        throw new AppError(
          'invalid_input',
          `${baseUrl === undefined ? 'Anthropic' : new URL(baseUrl).host} does not accept this key. Copy the whole key once more, or make a new one.`,
        );
      }
      await secrets.setApiKey(key);
      checked = verdict === 'accepted' && key !== null ? key : undefined;
      return get();
    },
    remembers: (rule) => stored.remembered.includes(rule),
    remember: (rule) =>
      change((now) => ({
        ...now,
        remembered: [...now.remembered.filter((one) => one !== rule), rule].slice(-MAX_REMEMBERED),
      })),
    engine: () => ({
      apiKey: apiKey(),
      baseUrl: defaults.engine.baseUrl,
      model: stored.model ?? defaults.engine.model,
    }),
    activeEngine: () => choice().active,
  };
};
