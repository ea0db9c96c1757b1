// What a pull of the image costs, part by part, and after a change of one line; and how long a container takes to be
// healthy beside a bare Node server on the same base, and to stop.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBaseImage } from '../tests/docker/support/base-image.ts';
import { buildImage } from '../tests/docker/support/build-image.ts';
import { startEngine } from '../tests/docker/support/engine.ts';
import { BASE } from '../tests/docker/support/names.ts';
import { createNetwork } from '../tests/docker/support/network.ts';
import { startRegistry } from '../tests/docker/support/registry.ts';
import { run } from '../tests/support/run.ts';
import { ROOT } from '../tools/setup/paths.mjs';
import { megabytes, missing, pushedLayers } from './image/layers.ts';
import { measureStart, type Start } from './image/starts.ts';
import { atMost, median, report, round } from './support.ts';

const ROUNDS = 7;
const PUBLISHED = 'matrix-os:bench';
const WITH_ENGINE = 'matrix-os:bench-with-engine';
const CHANGED = 'matrix-os:bench-changed';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** A checkout of its own, as it is here, so that nothing that is only built or ignored plays a part. */
const copyCheckout = async (folder: string): Promise<void> => {
  const list = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  });
  await run(
    'tar',
    [
      '--null',
      '--files-from',
      '-',
      '--create',
      '--file',
      join(folder, 'checkout.tar'),
      '--ignore-failed-read',
    ],
    {
      cwd: ROOT,
      input: list,
    },
  );
  await run('tar', ['--extract', '--file', join(folder, 'checkout.tar'), '--directory', folder]);
  rmSync(join(folder, 'checkout.tar'));
};

/** One line of gateway code. */
const changeOneLine = (folder: string): void => {
  const path = join(folder, 'packages/gateway/src/main.ts');
  writeFileSync(path, `${readFileSync(path, 'utf8')}\nprocess.title = 'matrix-gateway';\n`);
};

await run(join(ROOT, 'distro/docker/engine/install.sh'), []);
const engine = await startEngine();
const registry = await startRegistry();
const network = await createNetwork(engine);
const folder = mkdtempSync(join(tmpdir(), 'matrix-bench-'));
try {
  await ensureBaseImage(engine, 'amd64', BASE);
  await copyCheckout(folder);
  const environment = { COMMIT: '0'.repeat(40) };
  say('building the image');
  await buildImage(engine, { tag: PUBLISHED, from: folder, environment });
  say('building it with the engine in it');
  await buildImage(engine, { tag: WITH_ENGINE, from: folder, engine: 'include', environment });
  say('building it after a change of one line');
  changeOneLine(folder);
  await buildImage(engine, { tag: CHANGED, from: folder, environment: { COMMIT: '1'.repeat(40) } });

  const base = await pushedLayers(engine, registry.host, BASE);
  const published = await pushedLayers(engine, registry.host, PUBLISHED);
  const withEngine = await pushedLayers(engine, registry.host, WITH_ENGINE);
  const changed = await pushedLayers(engine, registry.host, CHANGED);
  const ours = missing(published, base);
  const system = ours.slice(0, 1);
  const engineLayer = missing(withEngine, published)
    .toSorted((a, b) => b.size - a.size)
    .slice(0, 1);
  const delta = missing(changed, published);

  const pairs: { bare: Start; os: Start }[] = [];
  for (let index = 0; index < ROUNDS; index++) {
    const bare = await measureStart(engine, { network: network.name, image: BASE, what: 'bare node' });
    const os = await measureStart(engine, { network: network.name, image: PUBLISHED, what: 'os' });
    pairs.push({ bare, os });
    say(
      `start ${index + 1} of ${ROUNDS}: ${os.healthy?.toFixed(0)} ms, bare Node ${bare.answered.toFixed(0)} ms`,
    );
  }
  const ratio = median(pairs.map(({ bare, os }) => (os.healthy ?? Number.NaN) / bare.answered));
  const stop = Math.max(...pairs.map(({ os }) => os.stopped)) / 1000;

  report(
    'image',
    {
      compressedMB: {
        base: round(megabytes(base)),
        engine: round(megabytes(engineLayer)),
        system: round(megabytes(system)),
        code: round(megabytes(ours) - megabytes(system)),
        published: round(megabytes(published)),
        withEngine: round(megabytes(withEngine)),
      },
      runToHealthyMs: round(median(pairs.map(({ os }) => os.healthy ?? Number.NaN))),
      runToAnswerMs: round(median(pairs.map(({ os }) => os.answered))),
      bareNodeRunToAnswerMs: round(median(pairs.map(({ bare }) => bare.answered))),
      stopSeconds: round(stop),
    },
    [
      atMost('compressed size of our part with its dependencies, MB', megabytes(ours), 90),
      atMost('pull after a change of one line of gateway code, MB', megabytes(delta), 5),
      atMost('docker run to healthy over a bare Node server to answering', ratio, 3),
      atMost('docker stop, slowest, s', stop, 3),
    ],
  );
} finally {
  await network.remove();
  await registry.stop();
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
}
