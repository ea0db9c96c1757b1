import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildChanged } from './build.ts';
import { problem, runMain } from './setup/console.mjs';
import { ROOT } from './setup/paths.mjs';

await runMain(async () => {
  const [name] = process.argv.slice(2);
  const file = join(ROOT, 'bench', `${name}.ts`);
  if (name === undefined || !/^[a-z-]+$/.test(name) || !existsSync(file))
    throw problem('Usage: npm run bench:<name>; the names are the files in bench/.');
  await buildChanged();
  await import(pathToFileURL(file).href);
});
