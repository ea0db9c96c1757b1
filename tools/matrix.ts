import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { buildChanged } from './build.ts';
import { TARGETS } from './build-targets.ts';
import { ROOT } from './setup/paths.mjs';

/** What must be built before a command of `matrix` can run; the others only need the command itself. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  up: ['cli', 'gateway', 'shell', 'pages'],
  proxy: ['cli', 'proxy'],
};

const args = process.argv.slice(2);
const needed = NEEDED[args[0] ?? ''] ?? ['cli'];
await buildChanged(TARGETS.filter((target) => needed.includes(target.name)));

const child = spawn(process.execPath, [join(ROOT, 'packages/cli/dist/main.js'), ...args], {
  stdio: 'inherit',
});
// A terminal's Ctrl-C reaches the child by itself; we stay to report its exit code.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 1);
});
