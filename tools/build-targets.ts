import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { ROOT } from './setup/paths.mjs';
import { runQuietly } from './setup/run-quietly.mjs';

export interface BuildTarget {
  readonly name: string;
  readonly title: string;
  /** What it is made of, relative to the checkout; content decides whether it is made again. */
  readonly inputs: readonly string[];
  /** Relative to the checkout; made again when it is missing. */
  readonly output: string;
  /** `digest` is of the inputs, for what bears a name of its content. */
  build(digest: string): Promise<void>;
}

const SHARED = ['tools/build-targets.ts', 'pnpm-lock.yaml', 'packages/kit', 'packages/contracts'];

// The Agent SDK finds its binary, and node-pty its addon, beside their own files, so neither can be bundled.
const EXTERNAL = [/^@anthropic-ai\//, /^@lydell\/node-pty/];

const IMPORT = /^import (?:(\* as )?([\w$]+)(?:, | ))?(?:\{([^}]*)\} ?)?from "(node:[\w/]+)";$/gm;

const withoutImport = (
  _line: string,
  _all: string | undefined,
  whole: string | undefined,
  names: string | undefined,
  id: string,
): string => {
  const from = `process.getBuiltinModule("${id}")`;
  const parts = whole === undefined ? [] : [`const ${whole} = ${from};`];
  if (names !== undefined) parts.push(`const {${names.replaceAll(' as ', ': ')}} = ${from};`);
  return parts.join(' ');
};

/**
 * Node's modules without what `import` adds to them: it reads every export at once, also those that are made when they are
 * first read, so that `import 'node:http'` loads all of fetch (nodejs/node#59686). That is half of the start of a small program.
 */
const plainNodeModules: Plugin = {
  name: 'plain-node-modules',
  // Line by line, so that what the source map says stays true.
  renderChunk: (code) => ({ code: code.replace(IMPORT, withoutImport), map: null }),
};

/** One process, few files: a bundle starts in half the time of a few hundred modules. */
const service = (options: {
  name: string;
  entry: string;
  /** As deep as the source, so that paths relative to the module hold in both. */
  output?: string;
  packages: readonly string[];
}): BuildTarget => {
  const folder = `packages/${options.name}`;
  const output = `${folder}/${options.output ?? 'dist'}`;
  return {
    name: options.name,
    title: `Building ${options.name}`,
    inputs: [...SHARED, ...options.packages.map((name) => `packages/${name}`)],
    output,
    async build() {
      const bundle = await rolldown({
        input: { [options.entry.endsWith('start.ts') ? 'start' : 'main']: join(ROOT, folder, options.entry) },
        platform: 'node',
        external: EXTERNAL,
        logLevel: 'warn',
        plugins: [plainNodeModules],
      });
      await bundle.write({
        dir: join(ROOT, output),
        format: 'esm',
        sourcemap: true,
        cleanDir: true,
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
      });
      await bundle.close();
    },
  };
};

const pages: BuildTarget = {
  name: 'pages',
  title: 'Building the desktop',
  inputs: [...SHARED, 'packages/shell'],
  output: 'packages/shell/out',
  async build(digest) {
    const next = join(ROOT, 'packages/shell/node_modules/next/dist/bin/next');
    const options = {
      cwd: join(ROOT, 'packages/shell'),
      env: {
        ...process.env,
        NODE_ENV: 'production',
        NEXT_TELEMETRY_DISABLED: '1',
        // Of the content, so that two builds of one commit are the same.
        MATRIX_BUILD_ID: digest.slice(0, 20),
      },
      failure: 'Building the desktop',
    };
    await runQuietly(process.execPath, [next, 'build'], options);
    await runQuietly(process.execPath, ['src/server/precompress.ts'], options);
  },
};

export const TARGETS: readonly BuildTarget[] = [
  service({ name: 'gateway', entry: 'src/start.ts', packages: ['kernel', 'gateway'] }),
  service({ name: 'shell', entry: 'src/server/start.ts', output: 'dist/server', packages: ['shell'] }),
  service({ name: 'proxy', entry: 'src/start.ts', packages: ['proxy'] }),
  service({ name: 'cli', entry: 'src/main.ts', packages: ['cli'] }),
  pages,
];
