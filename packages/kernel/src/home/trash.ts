import { cp, lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, atomicWriteFile, createId, isErrnoException } from '@matrix-os/kit';
import { z } from 'zod';
import { type Confinement, createConfinement } from './confine.ts';
import { holdsProtected, isProtected } from './protected-paths.ts';

const DAY_MS = 86_400_000;
const TRASH_ID = /^del_[0-9a-z]{21}$/;

/** `.trash/<id>/meta.json`; what was deleted lies beside it as `content`. */
const Meta = z.object({ path: z.string().min(1), deletedAt: z.iso.datetime() });

interface TrashItem {
  readonly id: string;
  /** Where it was, relative to the home. */
  readonly path: string;
  /** RFC 3339 in UTC. */
  readonly deletedAt: string;
}

export interface Trash {
  /**
   * Moves a file, folder or link (not what it points at) to the bin; answers the id to restore it by.
   *
   * @throws AppError `not_found`, `forbidden` for protected paths and whatever holds one
   */
  trash(path: string): Promise<string>;
  /** Puts it back and answers its path. @throws AppError `not_found`, `conflict` when something is in its place */
  restore(id: string): Promise<string>;
  /** What can be restored, the latest first. */
  list(): Promise<TrashItem[]>;
  /** Deletes for good what lies in the bin for longer, and answers how many. */
  prune(olderThanDays: number): Promise<number>;
}

export const createTrash = (options: {
  readonly home: string;
  readonly confinement?: Confinement;
  readonly now?: () => number;
}): Trash => {
  const confinement = options.confinement ?? createConfinement(options.home);
  const now = options.now ?? Date.now;
  const bin = join(options.home, '.trash');

  // A link in the bin's place would carry what is deleted out of the home.
  const openBin = async (): Promise<void> => {
    await mkdir(bin, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      if (!isErrnoException(error, 'EEXIST')) throw error;
    });
    if (!(await lstat(bin)).isDirectory())
      throw new AppError(
        'conflict',
        'The bin (".trash" in your home) is not a folder. Remove it, then try again.',
      );
  };

  const readMeta = async (id: string): Promise<z.infer<typeof Meta> | undefined> => {
    const text = await readFile(join(bin, id, 'meta.json'), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return Meta.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  };

  return {
    async trash(path) {
      const absolute = await confinement.resolve(path, { lastLink: 'keep' });
      const relative = confinement.relative(absolute);
      if (isProtected(relative) || holdsProtected(relative))
        throw new AppError('forbidden', `"${relative || 'home'}" belongs to the system and stays.`);
      if (!(await exists(absolute))) throw new AppError('not_found', `There is no "${path}".`);
      await openBin();
      const id = createId('del', now());
      await mkdir(join(bin, id));
      const meta = { path: relative, deletedAt: new Date(now()).toISOString() };
      await atomicWriteFile(join(bin, id, 'meta.json'), `${JSON.stringify(meta)}\n`);
      await move(absolute, join(bin, id, 'content'));
      return id;
    },

    async restore(id) {
      const meta = TRASH_ID.test(id) ? await readMeta(id) : undefined;
      const content = join(bin, id, 'content');
      if (meta === undefined || !(await exists(content)))
        throw new AppError('not_found', 'That is no longer in the bin.');
      const target = await confinement.resolve(meta.path, { lastLink: 'keep' });
      if (isProtected(confinement.relative(target)))
        throw new AppError('forbidden', `"${meta.path}" belongs to the system.`);
      if (await exists(target))
        throw new AppError(
          'conflict',
          `Something else is at "${meta.path}" now. Move it away, then restore.`,
        );
      await mkdir(dirname(target), { recursive: true });
      await move(content, target);
      await rm(join(bin, id), { recursive: true, force: true });
      return meta.path;
    },

    async list() {
      const ids = (await readdir(bin).catch(() => [])).filter((id) => TRASH_ID.test(id));
      const items = await Promise.all(
        ids.map(async (id) => {
          const meta = await readMeta(id);
          return meta && (await exists(join(bin, id, 'content'))) ? [{ id, ...meta }] : [];
        }),
      );
      // An id begins with its time, which tells two of the same millisecond apart no worse than the date.
      return items.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
    },

    async prune(olderThanDays) {
      const before = now() - olderThanDays * DAY_MS;
      const ids = await readdir(bin).catch(() => []);
      let pruned = 0;
      for (const id of ids) {
        if (!TRASH_ID.test(id)) continue;
        const meta = await readMeta(id);
        const at = meta ? Date.parse(meta.deletedAt) : (await lstat(join(bin, id))).mtimeMs;
        if (at > before) continue;
        await rm(join(bin, id), { recursive: true, force: true });
        pruned += 1;
      }
      return pruned;
    },
  };
};

const exists = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => undefined)) !== undefined;

/** A rename; across a mount point a copy that is complete before the original goes. */
const move = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isErrnoException(error, 'EXDEV')) throw error;
    const partial = `${to}.partial`;
    await cp(from, partial, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await rename(partial, to);
    await rm(from, { recursive: true });
  }
};
