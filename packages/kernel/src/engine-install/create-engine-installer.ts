import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError, isAppError, isErrnoException, type Logger, messageOf } from '@matrix-os/kit';
import { removeTree } from '../home/tree-files.ts';
import { download, type Progress } from './download.ts';
import { findTarball, type Tarball } from './find-tarball.ts';
import { matchesIntegrity } from './integrity.ts';
import type { EnginePackages, PinnedPackage } from './pins.ts';
import { syncFile, unpack } from './unpack.ts';

export interface InstalledEngine {
  /** The Claude Code binary. */
  readonly executable: string;
  /** The Agent SDK's module, to be imported. */
  readonly sdk: string;
}

export interface EngineInstaller {
  /** Undefined until it is there, whole and checked. */
  installed(): InstalledEngine | undefined;
  /**
   * Fetches the engine unless it is there. Everyone who calls meanwhile gets the same answer.
   *
   * @throws AppError `unavailable` with what to do; what was received is kept, and the next call goes on from there
   */
  ensure(): Promise<InstalledEngine>;
  /** Stops a download under way; its `ensure` rejects. Idempotent. */
  close(): Promise<void>;
}

/** Pauses before a broken download is taken up again, in ms. */
const PAUSES = [1000, 4000, 15_000];
const LAST_RESORT = 'Check the network; the next message tries again from where it stopped.';

/** Puts the engine into the state directory, for installations that may not bring it along. */
export const createEngineInstaller = (options: {
  readonly statePath: string;
  readonly packages: EnginePackages;
  /** Of npm packages: `https://host[/path]`; or how to learn it when it is first needed. */
  readonly registry: string | (() => Promise<string>);
  readonly fetch: typeof fetch;
  readonly log: Logger;
  /** Called at most once per percent. */
  readonly onProgress: (progress: Progress) => void;
  readonly pausesMs?: readonly number[];
  readonly silenceMs?: number;
}): EngineInstaller => {
  const { packages, log } = options;
  const root = join(options.statePath, 'engine');
  const place = join(root, packages.program.version);
  const downloads = join(root, 'downloads');
  const pathsIn = (folder: string): InstalledEngine => ({
    executable: join(folder, 'node_modules', packages.program.name, 'claude'),
    sdk: join(folder, 'node_modules', packages.sdk.name, 'sdk.mjs'),
  });
  const closing = new AbortController();
  const { signal } = closing;
  let running: Promise<InstalledEngine> | undefined;

  const installed = (): InstalledEngine | undefined => {
    const paths = pathsIn(place);
    // It gets its name only when it is complete.
    return existsSync(paths.executable) ? paths : undefined;
  };

  /** Resolves with the path of a tarball that is what was pinned. */
  const receive = async (registry: string, item: PinnedPackage, tarball: Tarball): Promise<string> => {
    const path = join(downloads, `${item.name.replaceAll('/', '-')}-${item.version}.tgz`);
    let percent = -1;
    const onProgress = (progress: Progress) => {
      if (item !== packages.program) return;
      const now = Math.floor(
        (100 * progress.receivedBytes) / (progress.totalBytes ?? Number.POSITIVE_INFINITY),
      );
      if (now === percent) return;
      percent = now;
      options.onProgress(progress);
    };
    const pauses = options.pausesMs ?? PAUSES;
    for (let attempt = 0; ; attempt++) {
      const pause = pauses[attempt];
      const wentOn = existsSync(path);
      try {
        await download(tarball.url, path, { ...options, signal, onProgress });
        if (await matchesIntegrity(path, item.integrity)) return path;
        await rm(path, { force: true });
        // The part from before may have been the wrong one; a whole one that is wrong will be so again.
        if (!wentOn) throw forged(registry, item);
      } catch (error) {
        if (!isAppError(error) || error.details?.final === true || pause === undefined) throw error;
        log.warn({ reason: error.message, package: item.name }, 'fetching the engine again');
        await wait(pause, undefined, { signal });
      }
    }
  };

  const install = async (): Promise<InstalledEngine> => {
    const registry = typeof options.registry === 'string' ? options.registry : await options.registry();
    await mkdir(downloads, { recursive: true, mode: 0o700 });
    await clear(root, [basename(downloads)]);
    const making = join(root, `${packages.program.version}.${randomBytes(6).toString('hex')}.tmp`);
    const items = [packages.sdk, packages.program];
    const found = await Promise.all(items.map((item) => findTarball(registry, item, { ...options, signal })));
    await requireSpace(root, found);
    for (const [index, item] of items.entries()) {
      const tarball = found[index];
      if (tarball === undefined) continue;
      const path = await receive(registry, item, tarball);
      await unpack(path, join(making, 'node_modules', item.name), signal);
      await rm(path);
    }
    await syncFile(pathsIn(making).executable);
    await rename(making, place);
    await clear(root, [basename(place)]);
    log.info({ version: packages.program.version }, 'the engine is installed');
    return pathsIn(place);
  };

  const explained = async (): Promise<InstalledEngine> => {
    try {
      return await install();
    } catch (cause) {
      signal.throwIfAborted();
      await clear(root, [basename(downloads)]).catch(() => undefined);
      const full = isErrnoException(cause, 'ENOSPC') || messageOf(cause).includes('No space left');
      if (full) throw noSpace(root);
      if (isAppError(cause) && cause.details?.final === true) throw cause;
      throw new AppError(
        'unavailable',
        `The Claude engine could not be fetched: ${messageOf(cause)} ${LAST_RESORT}`,
        {
          cause,
        },
      );
    }
  };

  return {
    installed,
    ensure() {
      if (signal.aborted) return Promise.reject(new AppError('cancelled', 'The OS is stopping.'));
      const there = installed();
      if (there !== undefined) return Promise.resolve(there);
      running ??= explained().finally(() => {
        running = undefined;
      });
      return running;
    },
    async close() {
      closing.abort(new AppError('cancelled', 'The OS is stopping.'));
      await running?.catch(() => undefined);
    },
  };
};

const forged = (registry: string, item: PinnedPackage): AppError =>
  new AppError(
    'unavailable',
    `What ${registry} sent as ${item.name} ${item.version} is not what Matrix OS was released with, and was thrown away. Set MATRIX_ENGINE_REGISTRY to a registry you trust.`,
    { details: { final: true } },
  );

const MEGABYTE = 1_000_000;

const noSpace = (path: string, details: { needed?: number; free?: number } = {}): AppError => {
  const { needed, free } = details;
  const figures =
    needed === undefined || free === undefined
      ? ''
      : ` It needs ${Math.ceil(needed / MEGABYTE)} MB, and ${Math.floor(free / MEGABYTE)} MB are free.`;
  return new AppError(
    'unavailable',
    `The Claude engine does not fit on the disk of ${path}.${figures} Make room, then send the message again.`,
    { details: { final: true } },
  );
};

/** Both forms of the program lie side by side for a moment; its packed form is about a third of it. */
const requireSpace = async (path: string, tarballs: readonly Tarball[]): Promise<void> => {
  const unpacked = tarballs.reduce((sum, tarball) => sum + (tarball.unpackedBytes ?? 0), 0);
  const needed = Math.ceil(unpacked * 1.4);
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  if (free < needed) throw noSpace(path, { needed, free });
};

/** Removes everything in the folder but `keep`: other versions, and what a killed process left half made. */
const clear = async (folder: string, keep: readonly string[]): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => !keep.includes(name));
  await Promise.all(names.map((name) => removeTree(join(folder, name))));
};
