// release.mjs OUT: what an image holds of ours, laid out as in the checkout: bundles, pages and the template of
// a home.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });

for (const name of readdirSync('packages')) {
  for (const folder of ['dist', 'out']) {
    const from = join('packages', name, folder);
    if (!existsSync(from)) continue;
    cpSync(from, join(out, from), { recursive: true, filter: (path) => !path.endsWith('.map') });
  }
}
cpSync('home', join(out, 'home'), { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
cpSync('LICENSE', join(out, 'LICENSE'));
const { name, version, license, type } = JSON.parse(readFileSync('package.json', 'utf8'));
writeFileSync(
  join(out, 'package.json'),
  `${JSON.stringify({ name, version, license, type, private: true })}\n`,
);
