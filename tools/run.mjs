#!/usr/bin/env node
// Runs on whatever Node the machine has (20 or later), so: plain JavaScript, no dependency, no TypeScript.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isMain, problem, runMain } from './setup/console.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ROOT } from './setup/paths.mjs';
import { ensureToolchain } from './setup/toolchain.mjs';

const HELP = `Usage: node tools/run.mjs <command> [arguments]

  start               build what changed, start Matrix OS, print the link
  test [tier …]       run the tests: unit, integration, browser
  check               format, lint, types, unused code, layers, docs
  build               build what changed
  docs                write docs/reference again
  format              format and fix what a machine can
  matrix [arguments]  the matrix command from this checkout
  bench <name>        measure; the last line is JSON
`;

/** What each command runs once Node and the dependencies are there. */
const COMMANDS = {
  start: ['tools/matrix.ts', 'up'],
  test: ['tools/test.ts'],
  check: ['tools/check.ts'],
  build: ['tools/build.ts'],
  docs: ['tools/docs.ts'],
  format: ['tools/format.ts'],
  matrix: ['tools/matrix.ts'],
  bench: ['tools/bench.ts'],
};

/** Runs to its end, hands signals on, and resolves with the exit code. */
const run = (command, args, env) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: 'inherit' });
    // A terminal's Ctrl-C reaches the child by itself; ignoring it here keeps us alive to report the child's code.
    process.on('SIGINT', () => {});
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 1)));
  });

const main = async ([name, ...args]) => {
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) throw problem(`There is no command "${name}".\n\n${HELP}`);
  const toolchain = await ensureToolchain();
  await ensureDependencies(toolchain);
  return run(toolchain.node, ['--disable-warning=ExperimentalWarning', ...COMMANDS[name], ...args], {
    ...process.env,
    PATH: toolchain.path,
    MATRIX_COMMAND: 'npm run matrix --',
  });
};

if (isMain(import.meta.url)) await runMain(() => main(process.argv.slice(2)));
