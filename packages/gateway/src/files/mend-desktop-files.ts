import { join } from 'node:path';
import { Layout, SetupPlan, Theme } from '@matrix-os/contracts';
import { damageNotice, type Kernel, readJsonFile } from '@matrix-os/kernel';
import type { Logger } from '@matrix-os/kit';
import { watchFile } from '../jobs/watch-file.ts';

const FILES = [
  ['system/theme.json', Theme],
  ['system/layout.json', Layout],
  ['system/setup-plan.json', SetupPlan],
] as const;

/**
 * The desktop's own files, which people and programs edit as well: now and whenever one changes, a damaged one is moved
 * aside with a notice, before a desktop writes its default over it. Resolves after the first look; answers how to stop.
 */
export const mendDesktopFiles = async (deps: {
  kernel: Pick<Kernel, 'home' | 'notice'>;
  log: Logger;
}): Promise<() => void> => {
  const { kernel, log } = deps;
  const home = kernel.home.path;
  const stops = await Promise.all(
    FILES.map(async ([name, schema]) => {
      const path = join(home, name);
      const look = () =>
        readJsonFile<typeof schema>(path, schema, {
          onDamaged(damage) {
            const { title, message } = damageNotice(home, damage);
            kernel.notice('warning', title, message);
          },
        }).catch((error: unknown) =>
          log.error({ err: error, name }, 'a file of the desktop could not be read'),
        );
      await look();
      return watchFile(path, () => void look());
    }),
  );
  return () => stops.forEach((stop) => void stop());
};
