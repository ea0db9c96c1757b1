// list-modules.mjs FOLDER…: name and version of every npm package that lies under these folders, as a JSON array.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const found = new Map();
for (const folder of process.argv.slice(2)) {
  for (const path of readdirSync(folder, { recursive: true })) {
    // A package has its folder in `node_modules`; what else is called package.json are parts of one.
    if (!/(^|\/node_modules\/)(@[^/]+\/)?[^/]+\/package\.json$/.test(path)) continue;
    const { name, version } = JSON.parse(readFileSync(join(folder, path), 'utf8'));
    if (name !== undefined && version !== undefined) found.set(`${name}@${version}`, { name, version });
  }
}
console.log(JSON.stringify([...found.keys()].sort().map((key) => found.get(key))));
