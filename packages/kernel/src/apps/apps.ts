import { AppName, type GalleryEntry } from '@matrix-os/contracts';
import { AppError } from '@matrix-os/kit';
import { listHomeFolder } from '../home/home-file.ts';
import type { OnDamaged } from '../home/json-file.ts';
import type { Trash } from '../home/trash.ts';
import type { Apps } from '../kernel.ts';
import { createAppData } from './app-data.ts';
import { installApp } from './install-app.ts';
import { type ReadApp, readApp } from './read-app.ts';

/** The home's apps, and the gallery of the release (`<templatePath>/gallery`). */
export const createApps = (options: {
  readonly home: string;
  readonly templatePath: string;
  readonly trash: Pick<Trash, 'trash'>;
  readonly onDamaged: OnDamaged;
}): Apps => {
  const { home, templatePath } = options;

  const get = async (name: string): Promise<ReadApp['summary']> => {
    const app = AppName.safeParse(name).success ? await readApp(home, `apps/${name}`) : undefined;
    if (app === undefined) throw new AppError('not_found', `There is no app "${name}".`);
    return app.summary;
  };

  return {
    async list() {
      const [installed, gallery] = await Promise.all([
        readAll(home, 'apps'),
        readAll(templatePath, 'gallery'),
      ]);
      const names = new Set(installed.map((app) => app.summary.name));
      return {
        apps: installed.map((app) => app.summary),
        gallery: gallery
          .filter((app) => app.summary.problem === null)
          .map((app) => toGalleryEntry(app, names.has(app.summary.name))),
      };
    },

    get,

    async install(name) {
      const offered = AppName.safeParse(name).success
        ? await readApp(templatePath, `gallery/${name}`)
        : undefined;
      if (offered === undefined || offered.summary.problem !== null)
        throw new AppError('not_found', `The gallery has no app "${name}". Ask for the list of apps.`);
      await installApp({ home, templatePath, name });
      return get(name);
    },

    async remove(name) {
      await get(name);
      return { trash: await options.trash.trash(`apps/${name}`) };
    },

    data: createAppData(options),
  };
};

/** No desktop shows more. */
const MAX_APPS = 500;
/** Each holds a folder or a file open, of which a process may have a thousand. */
const READ_AT_ONCE = 20;

/** Sorted by title. Folders whose name no app can have are none. */
const readAll = async (root: string, folder: string): Promise<ReadApp[]> => {
  const entries = await listHomeFolder(root, folder).catch(() => []);
  const names = entries.map(({ name }) => name).filter((name) => AppName.safeParse(name).success);
  const apps: (ReadApp | undefined)[] = [];
  for (let start = 0; start < Math.min(names.length, MAX_APPS); start += READ_AT_ONCE)
    apps.push(
      ...(await Promise.all(
        names.slice(start, start + READ_AT_ONCE).map((name) => readApp(root, `${folder}/${name}`)),
      )),
    );
  return apps
    .filter((app) => app !== undefined)
    .sort((a, b) => a.summary.title.localeCompare(b.summary.title, 'en'));
};

const toGalleryEntry = (app: ReadApp, installed: boolean): GalleryEntry => {
  const { name, title, description, version, icon, window } = app.summary;
  return { name, title, description, version, icon, window, keywords: [...app.keywords], installed };
};
