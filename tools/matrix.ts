import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { buildChanged } from './build.ts';
import { TARGETS } from './build-targets.ts';
import { runMain } from './setup/console.mjs';
import { ROOT } from './setup/paths.mjs';

/** What must be built before a command of `matrix` can run; the others only need the command itself. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  up: ['cli', 'gateway', 'shell', 'pages'],
  proxy: ['cli', 'proxy'],
};

const args = process.argv.slice(2);
const needed = NEEDED[args[0] ?? ''] ?? ['cli'];

const run = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const command = join(ROOT, 'packages/cli/dist/main.js');
    const child = spawn(process.execPath, [command, ...args], { stdio: 'inherit' });
    // A terminal's Ctrl-C reaches the child by itself; we stay to report its exit code.
    process.on('SIGINT', () => {});
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 1)));
  });

await runMain(async () => {
  await buildChanged(TARGETS.filter((target) => needed.includes(target.name)));
  return run();
});
