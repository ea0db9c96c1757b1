import { join } from 'node:path';
import { KeyboardChoices, Layout, MAX_WINDOWS, SetupPlan, Theme } from '@matrix-os/contracts';
import { damageNotice, type Kernel, readJsonFile } from '@matrix-os/kernel';
import type { Logger } from '@matrix-os/kit';
import { z } from 'zod';
import { watchFile } from '../jobs/watch-file.ts';

const LAYOUT = 'system/layout.json';
const FILES = [
  ['system/theme.json', Theme],
  [LAYOUT, Layout],
  ['system/setup-plan.json', SetupPlan],
  ['system/keyboard.json', KeyboardChoices],
] as const;

/** A layout as far as counting goes. */
const Counted = z.looseObject({ windows: z.array(z.unknown()).default([]) });

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
  const options = {
    onDamaged(damage: Parameters<typeof damageNotice>[0]) {
      const { title, message } = damageNotice(damage);
      kernel.notice('warning', title, message);
    },
  };
  let toldOfWindows = false;
  const countWindows = async () => {
    const layout = await readJsonFile(home, LAYOUT, Counted, options);
    const count = layout?.windows.length ?? 0;
    if (count > MAX_WINDOWS && !toldOfWindows)
      kernel.notice(
        'warning',
        'Too many windows',
        `${LAYOUT} has ${count} windows. The last ${MAX_WINDOWS} are shown.`,
      );
    toldOfWindows = count > MAX_WINDOWS;
  };
  const stops = await Promise.all(
    FILES.map(async ([name, schema]) => {
      const look = async () => {
        try {
          const value = await readJsonFile<typeof schema>(home, name, schema, options);
          if (name === LAYOUT && value !== undefined) await countWindows();
        } catch (error) {
          log.error({ err: error, name }, 'a file of the desktop could not be read');
        }
      };
      await look();
      return watchFile(join(home, name), () => void look());
    }),
  );
  return () => stops.forEach((stop) => void stop());
};
