// sbom.mjs DEBIAN ENGINE OUT: a CycloneDX list of what the image is made of, with licences: Debian's packages, as
// dpkg-query printed them to DEBIAN; npm's, as the source maps of the bundles name them; those of the desktop's pages.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [debian, engine, out] = process.argv.slice(2);
const components = new Map();
const add = (component) => components.set(component.purl, { ...component, 'bom-ref': component.purl });
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** An SPDX expression fits wherever a single licence does; anything else is only a name. */
const licensesOf = (license) =>
  /^[\w.+() -]+$/.test(license) && !license.startsWith('SEE ')
    ? [{ expression: license }]
    : [{ license: { name: license } }];

/** `folder` is a package's own. */
const addPackage = (folder) => {
  const { name, version, license = 'unknown' } = json(join(folder, 'package.json'));
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  add({ type: 'library', name, version, purl, licenses: licensesOf(license) });
};

for (const line of readFileSync(debian, 'utf8').trim().split('\n')) {
  const [name, version, architecture] = line.split('\t');
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
  add({ type: 'library', name, version, purl });
}
const node = process.versions.node;
add({ type: 'application', name: 'node', version: node, purl: `pkg:generic/node@${node}` });

const folders = new Set();
for (const map of globSync('packages/*/dist/**/*.map')) {
  for (const source of json(map).sources) {
    const found = /node_modules\/\.pnpm\/[^/]+\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source);
    if (found !== null) folders.add(found[0]);
  }
}

// The pages have no source maps. Next brings its own build tools, which do not run in a browser.
const visit = (dependencies = {}) => {
  for (const [name, { version, path, dependencies: below }] of Object.entries(dependencies)) {
    if (name.startsWith('@types/')) continue;
    if (!version.startsWith('link:')) folders.add(path);
    if (name !== 'next') visit(below);
  }
};
const list = ['list', '--filter', '@matrix-os/shell', '--prod', '--depth', 'Infinity', '--json'];
visit(JSON.parse(execFileSync('pnpm', list, { encoding: 'utf8', maxBuffer: 1e9 }))[0].dependencies);

const gateway = 'packages/gateway/node_modules';
folders.add(join(gateway, '@lydell/node-pty'));
if (engine === 'include') folders.add(join(gateway, '@anthropic-ai/claude-agent-sdk'));
for (const folder of folders) addPackage(realpathSync(folder));

const { name, version, license } = json('package.json');
const bom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: { type: 'application', name, version, 'bom-ref': name, licenses: licensesOf(license) },
  },
  components: [...components.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1)),
};
writeFileSync(out, `${JSON.stringify(bom)}\n`);
