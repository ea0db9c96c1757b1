import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildTarget, TARGETS } from './build-targets.ts';
import { isMain, runMain, step } from './setup/console.mjs';
import { ROOT } from './setup/paths.mjs';
import { digest, isStamped, stamp } from './setup/stamp.mjs';

/** Builds what changed since the last time; answers the names of what was built. */
export const buildChanged = async (targets: readonly BuildTarget[] = TARGETS): Promise<string[]> => {
  const built: string[] = [];
  for (const target of targets) {
    const value = digest([...target.inputs], process.versions.node);
    if (isStamped(`build-${target.name}`, value) && existsSync(join(ROOT, target.output))) continue;
    await step(target.title, () => target.build(value));
    stamp(`build-${target.name}`, value);
    built.push(target.name);
  }
  return built;
};

if (isMain(import.meta.url)) {
  await runMain(async () => {
    await buildChanged();
  });
}
