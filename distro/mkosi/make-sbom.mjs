// make-sbom.mjs MANIFEST OUT: the image's contents as SPDX 2.3: Debian's and npm's packages that lie in the image, which the
// manifest names, and those that went into the bundles (their source maps tell) and into the pages.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [manifestPath, outPath] = process.argv.slice(2);
const root = join(import.meta.dirname, '..', '..');
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const manifest = readJson(manifestPath);
const release = readJson(join(root, 'package.json'));

/** `name@version` of every package that a bundle holds a file of. */
const bundled = () => {
  const found = new Set();
  for (const name of readdirSync(join(root, 'packages'))) {
    const dist = join(root, 'packages', name, 'dist');
    if (!existsSync(dist)) continue;
    for (const file of readdirSync(dist, { recursive: true }).filter((entry) => entry.endsWith('.map'))) {
      for (const source of readJson(join(dist, file)).sources ?? []) {
        const match = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source.replace(/.*\/\.pnpm\/[^/]+/, ''));
        const version = /\/\.pnpm\/(?:@[^+/]+\+)?[^@/]+@([^_/(]+)/.exec(source)?.[1];
        if (match?.[1] !== undefined && version !== undefined) found.add(`${match[1]}@${version}`);
      }
    }
  }
  return found;
};

const pages = Object.keys(readJson(join(root, 'packages/shell/package.json')).dependencies).flatMap(
  (name) => {
    const path = join(root, 'packages/shell/node_modules', name, 'package.json');
    return name.startsWith('@matrix-os/') || !existsSync(path) ? [] : [`${name}@${readJson(path).version}`];
  },
);
const npm = new Set([
  ...bundled(),
  ...pages,
  ...manifest.modules.map(({ name, version }) => `${name}@${version}`),
]);

const entry = (name, version, purl) => ({
  SPDXID: `SPDXRef-${createHash('sha256').update(purl).digest('hex').slice(0, 16)}`,
  name,
  versionInfo: version,
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
});
const packages = [
  ...manifest.packages.map(({ name, version, architecture }) =>
    entry(
      name,
      version,
      `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}&distro=trixie`,
    ),
  ),
  ...[...npm].sort().map((spec) => {
    const at = spec.lastIndexOf('@');
    return entry(
      spec.slice(0, at),
      spec.slice(at + 1),
      `pkg:npm/${spec.slice(0, at).replace('@', '%40')}@${spec.slice(at + 1)}`,
    );
  }),
  entry('node', process.versions.node, `pkg:generic/node@${process.versions.node}`),
];
const name = `matrix-os-${release.version}`;
writeFileSync(
  outPath,
  `${JSON.stringify(
    {
      spdxVersion: 'SPDX-2.3',
      dataLicense: 'CC0-1.0',
      SPDXID: 'SPDXRef-DOCUMENT',
      name,
      documentNamespace: `https://github.com/matrix-os/matrix-os/sbom/${name}-${process.env.SOURCE_DATE_EPOCH ?? '0'}`,
      creationInfo: {
        created: new Date(Number(process.env.SOURCE_DATE_EPOCH ?? '0') * 1000)
          .toISOString()
          .replace('.000', ''),
        creators: ['Tool: distro/mkosi/make-sbom.mjs'],
      },
      packages,
      relationships: packages.map(({ SPDXID }) => ({
        spdxElementId: 'SPDXRef-DOCUMENT',
        relationshipType: 'DESCRIBES',
        relatedSpdxElement: SPDXID,
      })),
    },
    null,
    1,
  )}\n`,
);
