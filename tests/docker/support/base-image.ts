import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../tools/setup/paths.mjs';
import { run } from '../../support/run.ts';
import type { Engine } from './engine.ts';

export type Architecture = 'amd64' | 'arm64';

const RECIPE = join(ROOT, 'distro/docker/base');
const LABEL = 'matrix-os.recipe';

/** What a name stands for must be known by its content: a stand-in made by an older recipe is made again. */
const recipe = (): string => {
  const hash = createHash('sha256');
  for (const name of readdirSync(RECIPE).sort()) hash.update(readFileSync(join(RECIPE, name)));
  return hash.digest('hex');
};

/** Puts the stand-in for the official Node image into the engine under `tag`, unless it is there. */
export const ensureBaseImage = async (
  { docker }: Pick<Engine, 'docker'>,
  architecture: Architecture,
  tag: string,
): Promise<void> => {
  const wanted = recipe();
  const found = await docker(
    'image',
    'inspect',
    '--format',
    `{{index .Config.Labels "${LABEL}"}}`,
    tag,
  ).catch(() => '');
  if (found === wanted) return;
  const folder = mkdtempSync(join(tmpdir(), 'matrix-base-'));
  try {
    const tar = join(folder, 'root.tar');
    await run(join(RECIPE, 'make-base.sh'), [architecture, tar]);
    const changes = [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'CMD ["node"]',
      `LABEL ${LABEL}=${wanted}`,
    ];
    const options = changes.flatMap((change) => ['--change', change]);
    await docker('import', '--platform', `linux/${architecture}`, ...options, tar, tag);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
