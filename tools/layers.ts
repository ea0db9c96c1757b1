import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

// Lowest first; a package depends only on rows below it, so siblings meet over the wire.
export const LAYERS = [
  ['kit'],
  ['contracts'],
  ['kernel'],
  ['gateway', 'proxy', 'platform'],
  ['shell', 'cli'],
];

const SCOPE = '@matrix-os/';
const IMPORT = /(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;
const AGENT_SDK = '@anthropic-ai/claude-agent-sdk';
// Where a process begins. Everything else is handed what it needs.
const MAY_READ_ENVIRONMENT =
  /(?:^|\/)(?:main|start|config|next\.config)\.ts$|\.(?:test|fixture)\.ts$|\/testing\//;

const layerOf = (name: string) => LAYERS.findIndex((row) => row.includes(name));

const sourcesUnder = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|tsx|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\/(?:node_modules|dist|out|\.next|\.types)\//.test(path));

/** Every source of a package, absolute. */
export const sourcesOf = (root: string, name: string): string[] => sourcesUnder(join(root, 'packages', name));

/** One line per import that climbs the layers, leaves its package, or reads the environment in the wrong place. */
export const layerProblems = (root: string): string[] => {
  const problems: string[] = [];
  for (const name of readdirSync(join(root, 'packages'))) {
    for (const file of sourcesOf(root, name)) {
      const source = readFileSync(file, 'utf8');
      const where = relative(root, file);
      problems.push(...importProblems(name, where, source));
      if (!MAY_READ_ENVIRONMENT.test(where) && /\bprocess\.env\b/.test(source))
        problems.push(`${where}: reads process.env; only main.ts and config.ts may`);
    }
  }
  return problems;
};

export const importProblems = (name: string, where: string, source: string): string[] => {
  const problems: string[] = [];
  for (const [, specifier = ''] of source.matchAll(IMPORT)) {
    if (specifier.startsWith(AGENT_SDK) && name !== 'kernel')
      problems.push(`${where}: imports ${AGENT_SDK}; only the kernel may`);
    if (specifier.startsWith('.') && escapes(where, specifier))
      problems.push(`${where}: imports ${specifier}, outside of its package; use the package's name`);
    if (!specifier.startsWith(SCOPE)) continue;
    const target = specifier.slice(SCOPE.length).split('/')[0] ?? '';
    if (target !== name && layerOf(target) >= layerOf(name))
      problems.push(`${where}: imports ${specifier}, which is not below ${name}`);
  }
  return problems;
};

const escapes = (where: string, specifier: string): boolean => {
  const [, name] = where.split('/');
  const target = join(where, '..', specifier);
  const inTests = /\.(?:test|fixture)\.ts$/.test(where) && target.startsWith('tests/support/');
  return !inTests && !target.startsWith(`packages/${name}/`);
};
