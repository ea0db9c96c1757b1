import { lstat, mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, atomicWriteFile, createId } from '@matrix-os/kit';
import { z } from 'zod';
import { type Confinement, createConfinement } from './confine.ts';
import { inHomeFolder, splitLast } from './hold-folder.ts';
import { holdsProtected, isProtected } from './protected-paths.ts';
import { setAside } from './set-aside.ts';
import { TEMPORARY_NAME, temporaryName } from './temporary-name.ts';
import { exists, moveTree, removeTree } from './tree-files.ts';

const DAY_MS = 86_400_000;
const TRASH_ID = /^del_[0-9a-z]{21}$/;
const OLD_BIN = '.trash';

/** `<id>/meta.json`; what was deleted lies beside it as `content`. */
const Meta = z.object({
  path: z.string().min(1),
  deletedAt: z.iso.datetime(),
  /** The name that the rest of a copied original has in the home while it is removed. */
  leaving: z.string().optional(),
});

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
  /** Moves in what lies in `.trash` of the home, where the bin used to be. What a kill interrupts is gone on with next time. */
  adopt(): Promise<void>;
  /** Deletes for good what lies in the bin for longer, and the rests of interrupted moves; answers how many items. */
  prune(olderThanDays: number): Promise<number>;
}

/** Where the bin is: outside of the home, out of reach of what runs in it. */
export const trashPath = (statePath: string): string => join(statePath, 'trash');

export const createTrash = (options: {
  readonly home: string;
  /** The bin's folder: see `trashPath`. Made when it is first needed. */
  readonly bin: string;
  readonly confinement?: Confinement;
  readonly now?: () => number;
}): Trash => {
  const { home, bin } = options;
  const confinement = options.confinement ?? createConfinement(home);
  const now = options.now ?? Date.now;

  const readMeta = async (id: string): Promise<z.infer<typeof Meta> | undefined> => {
    const text = await readFile(join(bin, id, 'meta.json'), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return Meta.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  };

  const take = async (path: string): Promise<string> => {
    const { folder, name } = splitLast(path);
    const id = createId('del', now());
    const leaving = temporaryName();
    const meta: z.infer<typeof Meta> = {
      path,
      deletedAt: new Date(now()).toISOString(),
      leaving: folder === '' ? leaving : `${folder}/${leaving}`,
    };
    await mkdir(join(bin, id), { recursive: true, mode: 0o700 });
    try {
      await atomicWriteFile(join(bin, id, 'meta.json'), `${JSON.stringify(meta)}\n`);
      await inHomeFolder(home, folder, (at) =>
        moveTree(join(at, name), join(bin, id, 'content'), { leaving: join(at, leaving) }),
      );
    } catch (error) {
      // Nothing of it is in the bin, unless only the original's rest would not go.
      if (!(await exists(join(bin, id, 'content')))) await removeTree(join(bin, id)).catch(() => {});
      throw error;
    }
    return id;
  };

  const adoptItem = async (id: string): Promise<void> =>
    inHomeFolder(home, OLD_BIN, async (at) => {
      // One that is there already was copied as a whole.
      if (await exists(join(bin, id))) await removeTree(join(at, id));
      else await moveTree(join(at, id), join(bin, id));
    });

  return {
    async trash(path) {
      const absolute = await confinement.resolve(path, { lastLink: 'keep' });
      const relative = confinement.relative(absolute);
      if (isProtected(relative) || holdsProtected(relative))
        throw new AppError('forbidden', `"${relative || 'home'}" belongs to the system and stays.`);
      if (!(await exists(absolute))) throw new AppError('not_found', `There is no "${path}".`);
      return take(relative);
    },

    async restore(id) {
      const meta = TRASH_ID.test(id) ? await readMeta(id) : undefined;
      const content = join(bin, id, 'content');
      if (meta === undefined || !(await exists(content)))
        throw new AppError('not_found', 'That is no longer in the bin.');
      const target = confinement.relative(await confinement.resolve(meta.path, { lastLink: 'keep' }));
      if (isProtected(target)) throw new AppError('forbidden', `"${meta.path}" belongs to the system.`);
      const { folder, name } = splitLast(target);
      await inHomeFolder(
        home,
        folder,
        async (at) => {
          if (await exists(join(at, name)))
            throw new AppError(
              'conflict',
              `Something else is at "${meta.path}" now. Move it away, then restore.`,
            );
          await moveTree(content, join(at, name), { partial: join(at, temporaryName()) });
        },
        { make: true },
      );
      await removeTree(join(bin, id));
      return meta.path;
    },

    async list() {
      const ids = (await readdir(bin).catch(() => [])).filter((id) => TRASH_ID.test(id));
      const items = await Promise.all(
        ids.map(async (id) => {
          const meta = await readMeta(id);
          if (meta === undefined || !(await exists(join(bin, id, 'content')))) return [];
          return [{ id, path: meta.path, deletedAt: meta.deletedAt }];
        }),
      );
      // An id begins with its time, which tells two of the same millisecond apart no worse than the date.
      return items.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
    },

    async adopt() {
      const old = await lstat(join(home, OLD_BIN)).catch(() => undefined);
      if (old === undefined) return;
      if (old.isDirectory()) {
        await mkdir(bin, { recursive: true, mode: 0o700 });
        const entries = await inHomeFolder(home, OLD_BIN, (at) => readdir(at, { withFileTypes: true }));
        for (const entry of entries)
          if (entry.isDirectory() && TRASH_ID.test(entry.name)) await adoptItem(entry.name);
        const emptied = await rmdir(join(home, OLD_BIN)).then(
          () => true,
          () => false,
        );
        if (emptied) return;
      }
      // Whatever else somebody put there stays, under another name.
      await setAside(home, OLD_BIN);
    },

    async prune(olderThanDays) {
      const before = now() - olderThanDays * DAY_MS;
      const ids = await readdir(bin).catch(() => []);
      let pruned = 0;
      for (const id of ids) {
        if (!TRASH_ID.test(id.replace(/\.partial$/, ''))) continue;
        const meta = await readMeta(id);
        if (meta?.leaving !== undefined) await removeRest(meta.leaving);
        const at = meta ? Date.parse(meta.deletedAt) : (await lstat(join(bin, id))).mtimeMs;
        if (at > before) continue;
        await removeTree(join(bin, id));
        pruned += 1;
      }
      return pruned;
    },
  };

  async function removeRest(path: string): Promise<void> {
    if (!TEMPORARY_NAME.test(path)) return;
    const { folder, name } = splitLast(path);
    await inHomeFolder(home, folder, (at) => removeTree(join(at, name))).catch(() => {});
  }
};
