import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppName, type GalleryEntry } from '@matrix-os/contracts';
import { AppError } from '@matrix-os/kit';
import { type Confinement, createConfinement } from '../home/confine.ts';
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
  readonly confinement?: Confinement;
}): Apps => {
  const confinement = options.confinement ?? createConfinement(options.home);
  const appsPath = join(options.home, 'apps');
  const galleryPath = join(options.templatePath, 'gallery');

  const get = async (name: string): Promise<ReadApp['summary']> => {
    const app = AppName.safeParse(name).success ? await readApp(join(appsPath, name), name) : undefined;
    if (app === undefined) throw new AppError('not_found', `There is no app "${name}".`);
    return app.summary;
  };

  return {
    async list() {
      const [installed, gallery] = await Promise.all([readAll(appsPath), readAll(galleryPath)]);
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
      const source = join(galleryPath, name);
      const offered = AppName.safeParse(name).success ? await readApp(source, name) : undefined;
      if (offered === undefined || offered.summary.problem !== null)
        throw new AppError('not_found', `The gallery has no app "${name}". Ask for the list of apps.`);
      await installApp({ confinement, source, name });
      return get(name);
    },

    async remove(name) {
      await get(name);
      return { trash: await options.trash.trash(`apps/${name}`) };
    },

    data: createAppData(options),
  };
};

/** Sorted by title. Folders whose name no app can have are none. */
const readAll = async (folder: string): Promise<ReadApp[]> => {
  const names = await readdir(folder).catch(() => []);
  const apps = await Promise.all(
    names.filter((name) => AppName.safeParse(name).success).map((name) => readApp(join(folder, name), name)),
  );
  return apps
    .filter((app) => app !== undefined)
    .sort((a, b) => a.summary.title.localeCompare(b.summary.title, 'en'));
};

const toGalleryEntry = (app: ReadApp, installed: boolean): GalleryEntry => {
  const { name, title, description, version, icon, window } = app.summary;
  return { name, title, description, version, icon, window, keywords: [...app.keywords], installed };
};
