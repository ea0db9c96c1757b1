import { basename, relative, sep } from 'node:path';
import type { FileChange } from '@matrix-os/contracts';
import { isProtected } from '@matrix-os/kernel';
import type { Logger } from '@matrix-os/kit';
import type { FSWatcher } from 'chokidar';
import { isUnfinishedWrite } from '../files/write-file.ts';

const GATHER_MS = 100;
const MAX_CHANGES = 1000;

export interface FileChanges {
  subscribe(listener: (changes: readonly FileChange[]) => void): () => void;
  /** Why no changes are told, when the system refuses to watch (too many folders for it, mostly). */
  problem(): string | undefined;
  close(): Promise<void>;
}

const KINDS: Readonly<Record<string, FileChange['kind']>> = {
  add: 'added',
  addDir: 'added',
  change: 'changed',
  unlink: 'removed',
  unlinkDir: 'removed',
};

/** Watches the home while somebody is looking: an OS without a desktop open holds no watches. */
export const createFileChanges = (deps: { home: string; log: Logger }): FileChanges => {
  const listeners = new Set<(changes: readonly FileChange[]) => void>();
  let watcher: Promise<FSWatcher> | undefined;
  let problem: string | undefined;
  let gathered = new Map<string, FileChange['kind']>();
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    timer = undefined;
    const changes = [...gathered].map(([path, kind]) => ({ path, kind }));
    gathered = new Map();
    for (let start = 0; start < changes.length; start += MAX_CHANGES) {
      const some = changes.slice(start, start + MAX_CHANGES);
      for (const listener of listeners) listener(some);
    }
  };
  const isIgnored = (absolute: string) => {
    const path = relative(deps.home, absolute).split(sep).join('/');
    const name = basename(absolute);
    return path !== '' && (isProtected(path) || name === 'node_modules' || isUnfinishedWrite(name));
  };
  const start = async (): Promise<FSWatcher> => {
    const { watch } = await import('chokidar');
    const started = watch(deps.home, { ignored: isIgnored, ignoreInitial: true, followSymlinks: false });
    started.on('all', (event, absolute) => {
      const kind = KINDS[event];
      const path = relative(deps.home, absolute).split(sep).join('/');
      if (kind === undefined || path === '') return;
      // Added and changed within one breath is still news of a file that was not there.
      if (!(kind === 'changed' && gathered.get(path) === 'added')) gathered.set(path, kind);
      timer ??= setTimeout(flush, GATHER_MS);
    });
    started.on('error', (error) => {
      if (problem === undefined) deps.log.error({ err: error }, 'changes of files can not be watched');
      problem = 'Changes of files are not noticed. Raise fs.inotify.max_user_watches, then restart.';
    });
    await new Promise((resolve) => started.once('ready', () => resolve(undefined)));
    return started;
  };
  const stop = async () => {
    clearTimeout(timer);
    timer = undefined;
    gathered = new Map();
    const stopping = watcher;
    watcher = undefined;
    await (await stopping)?.close();
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      watcher ??= start();
      watcher.catch((error: unknown) =>
        deps.log.error({ err: error }, 'changes of files can not be watched'),
      );
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) void stop();
      };
    },
    problem: () => problem,
    close: stop,
  };
};
