import { type Logger, messageOf } from '@matrix-os/kit';
import type { EngineInstaller, InstalledEngine } from './create-engine-installer.ts';
import type { Progress } from './download.ts';

export interface EngineSource {
  /**
   * What keeps the engine from answering right now, and what happens next; null when nothing does. Asking means that
   * it is wanted: one that can be fetched is, in the background.
   */
  problem(): string | null;
  /** The program, and the SDK's module when it did not come along; undefined while there is a problem. */
  engine(): EnginePaths | undefined;
  /** Stops a download under way. Idempotent. */
  close(): Promise<void>;
}

export interface EnginePaths {
  readonly executable: string;
  readonly sdk: string | undefined;
}

/** How long the reason of a failure stays before asking starts another attempt. */
const RETRY_AFTER_MS = 15_000;

/** Where the engine is: brought along by the installation, or fetched into the state directory when first wanted. */
export const createEngineSource = (parts: {
  /** Looks at the installation itself. */
  readonly find: () => { readonly path: string } | { readonly problem: string };
  /** Undefined where nothing may or can be fetched. */
  readonly createInstaller: ((onProgress: (progress: Progress) => void) => EngineInstaller) | undefined;
  readonly notice: (level: 'info' | 'success' | 'warning', title: string, message: string) => void;
  readonly log: Logger;
  readonly now?: () => number;
}): EngineSource => {
  const { find, notice, log, now = Date.now } = parts;
  let fetched: InstalledEngine | undefined;
  let fetching = false;
  let failure: { readonly reason: string; readonly at: number } | undefined;
  let progress: Progress | undefined;
  let made: EngineInstaller | undefined;
  const installer = (): EngineInstaller | undefined => {
    made ??= parts.createInstaller?.((step) => {
      progress = step;
    });
    return made;
  };

  const start = (from: EngineInstaller): void => {
    const again = failure !== undefined;
    fetching = true;
    failure = undefined;
    progress = undefined;
    if (!again) {
      notice(
        'info',
        'Fetching the Claude engine',
        'About 140 MB, once. The built-in helper answers meanwhile.',
      );
    }
    from.ensure().then(
      (engine) => {
        fetched = engine;
        notice('success', 'Claude is ready', 'The engine is here: your next message goes to Claude.');
      },
      (error: unknown) => {
        fetching = false;
        failure = { reason: messageOf(error), at: now() };
        log.warn({ reason: messageOf(error) }, 'the engine could not be fetched');
        if (!again) notice('warning', 'No Claude engine yet', messageOf(error));
      },
    );
  };

  const engine = (): EnginePaths | undefined => {
    const found = find();
    if ('path' in found) return { executable: found.path, sdk: undefined };
    fetched ??= installer()?.installed();
    return fetched;
  };

  return {
    engine,
    problem() {
      if (engine() !== undefined) return null;
      const from = installer();
      if (from === undefined) {
        const found = find();
        return 'problem' in found ? found.problem : null;
      }
      if (failure !== undefined && now() - failure.at < RETRY_AFTER_MS) return failure.reason;
      if (!fetching) start(from);
      return `The Claude engine is being fetched${percentOf(progress)}. The built-in helper answers meanwhile.`;
    },
    async close() {
      await made?.close();
    },
  };
};

const percentOf = (progress: Progress | undefined): string =>
  progress?.totalBytes ? ` (${Math.floor((100 * progress.receivedBytes) / progress.totalBytes)} %)` : '';
