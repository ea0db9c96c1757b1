// Two ways to serve the same desktop: Next's standalone server, and its static export behind the shell's own server.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../tests/support/free-port.ts';
import { pssOf } from '../tests/support/processes.ts';
import { end, type Mark, median, report, round, timeToAnswer } from './support.ts';

const ROUNDS = 7;
const SETTLE_MS = 2000;
const MEBIBYTE = 1024 * 1024;
const PACKAGES = join(import.meta.dirname, '..', 'packages');
const SHELL = join(PACKAGES, 'shell');

/** A copy beside the package, where its linked dependencies resolve, built for Next's own server. Answers its folder. */
const buildStandalone = async (copy: string): Promise<string> => {
  for (const name of ['src', 'package.json', 'tsconfig.json', 'tsconfig.next.json', 'node_modules']) {
    await cp(join(SHELL, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
  }
  const config = await readFile(join(SHELL, 'next.config.ts'), 'utf8');
  await writeFile(join(copy, 'next.config.ts'), config.replace("output: 'export'", "output: 'standalone'"));
  const next = join(copy, 'node_modules/next/dist/bin/next');
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' } as const;
  await promisify(execFile)(process.execPath, [next, 'build'], { cwd: copy, env });
  const server = join(copy, '.next/standalone/packages', copy.slice(PACKAGES.length + 1));
  await cp(join(copy, '.next/static'), join(server, '.next/static'), { recursive: true });
  return server;
};

interface Sample {
  readonly ms: number;
  readonly pss: number;
}

/** Spawn to the whole first page, then what stays when nothing is asked any more. */
const measure = async (script: string, environment: (port: string) => NodeJS.ProcessEnv): Promise<Sample> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const { ms, child } = await timeToAnswer([script], environment(String(port)), url);
  try {
    await (await fetch(`${url}login`)).arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return { ms, pss: pssOf(child.pid ?? 0) / MEBIBYTE };
  } finally {
    await end(child);
  }
};

const copy = await mkdtemp(join(PACKAGES, '.serving-'));
try {
  const server = await buildStandalone(copy);
  const base = { PATH: process.env.PATH, NODE_ENV: 'production' } as const;
  const next: Sample[] = [];
  const exported: Sample[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    next.push(
      await measure(join(server, 'server.js'), (port) => ({ ...base, PORT: port, HOSTNAME: '127.0.0.1' })),
    );
    exported.push(
      await measure(join(SHELL, 'dist/server/start.js'), (port) => ({ ...base, SHELL_PORT: port })),
    );
  }
  const ms = (samples: readonly Sample[]) => round(median(samples.map((sample) => sample.ms)));
  const pss = (samples: readonly Sample[]) => round(median(samples.map((sample) => sample.pss)));
  const marks: Mark[] = [
    {
      name: 'first page over Next’s server',
      value: round(ms(exported) / ms(next)),
      limit: '< 1',
      met: ms(exported) < ms(next),
    },
    {
      name: 'idle PSS over Next’s server',
      value: round(pss(exported) / pss(next)),
      limit: '< 1',
      met: pss(exported) < pss(next),
    },
  ];
  report(
    'shell-serving',
    {
      standaloneFirstPageMs: ms(next),
      standaloneIdleMiB: pss(next),
      exportFirstPageMs: ms(exported),
      exportIdleMiB: pss(exported),
    },
    marks,
  );
} finally {
  await rm(copy, { recursive: true, force: true });
}
