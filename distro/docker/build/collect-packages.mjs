// collect-packages.mjs FROM OUT NAME…: copies packages out of pnpm's store into one plain folder of modules.
// Each is looked for beside the ones before it as well: a platform's package is only visible from the one that needs it.
import { cpSync, existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const [from, out, ...names] = process.argv.slice(2);
const places = [join(resolve(from), 'node_modules')];

for (const name of names) {
  const found = places.map((place) => join(place, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed`);
  const real = realpathSync(found);
  places.push(name.split('/').reduce((path) => dirname(path), real));
  // Types and source maps are for people who build, not for who runs.
  cpSync(real, join(out, name), {
    recursive: true,
    filter: (path) => !/\.d\.[cm]?ts$|\.map$/.test(path) && !path.slice(real.length).includes('node_modules'),
  });
}
