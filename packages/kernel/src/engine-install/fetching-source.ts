import { pathToFileURL } from 'node:url';
import { AppError, type Logger, messageOf } from '@matrix-os/kit';
import type { EngineSource } from '../claude/engine-source.ts';
import type { EngineInstaller, InstalledEngine } from './create-engine-installer.ts';
import type { Progress } from './download.ts';

/** How long the reason of a failure stays before asking starts another attempt. */
const RETRY_AFTER_MS = 15_000;

/**
 * The engine that came along, or else one that is fetched into the state directory as soon as somebody asks what keeps
 * it from answering: that is asked only when it is wanted. Meanwhile the answer is how far the download is.
 */
export const createFetchingSource = (parts: {
  readonly cameAlong: EngineSource;
  readonly createInstaller: (onProgress: (progress: Progress) => void) => EngineInstaller;
  readonly notice: (level: 'info' | 'success' | 'warning', title: string, message: string) => void;
  readonly log: Logger;
  readonly now?: () => number;
}): EngineSource & { close(): Promise<void> } => {
  const { cameAlong, notice, log, now = Date.now } = parts;
  let fetched: InstalledEngine | undefined;
  let fetching = false;
  let failure: { readonly reason: string; readonly at: number } | undefined;
  let progress: Progress | undefined;
  let made: EngineInstaller | undefined;
  const installer = (): EngineInstaller => {
    made ??= parts.createInstaller((step) => {
      progress = step;
    });
    return made;
  };

  const start = (): void => {
    const again = failure !== undefined;
    fetching = true;
    failure = undefined;
    progress = undefined;
    if (!again) {
      notice(
        'info',
        'Fetching the Claude engine',
        'About 180 MB, once. The built-in helper answers meanwhile.',
      );
    }
    installer()
      .ensure()
      .then(
        (engine) => {
          fetched = engine;
          notice('success', 'Claude is ready', 'The engine is here: your next message goes to Claude.');
        },
        (error: unknown) => {
          fetching = false;
          failure = { reason: messageOf(error), at: now() };
          log.warn({ reason: failure.reason }, 'the engine could not be fetched');
          if (!again) notice('warning', 'No Claude engine yet', failure.reason);
        },
      );
  };

  const found = (): InstalledEngine | undefined => {
    fetched ??= installer().installed();
    return fetched;
  };

  const problem = (): string | null => {
    if (cameAlong.problem() === null || found() !== undefined) return null;
    if (failure !== undefined && now() - failure.at < RETRY_AFTER_MS) return failure.reason;
    if (!fetching) start();
    return `The Claude engine is being fetched${percentOf(progress)}. The built-in helper answers meanwhile.`;
  };

  return {
    problem,
    executable() {
      if (cameAlong.problem() === null) return cameAlong.executable();
      const engine = found();
      if (engine === undefined) throw new AppError('unavailable', problem() ?? 'Send the message again.');
      return engine.executable;
    },
    sdk() {
      const engine = cameAlong.problem() === null ? undefined : found();
      return engine === undefined ? cameAlong.sdk() : import(pathToFileURL(engine.sdk).href);
    },
    async close() {
      await made?.close();
    },
  };
};

const percentOf = (progress: Progress | undefined): string =>
  progress?.totalBytes ? ` (${Math.floor((100 * progress.receivedBytes) / progress.totalBytes)} %)` : '';
