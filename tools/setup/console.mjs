import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A failure a person can act on: printed without a stack. */
export const problem = (message) => Object.assign(new Error(message), { isProblem: true });

/** Whether the module is what node was started with. */
export const isMain = (url) =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);

/** Runs a tool: its number is the exit code, and a problem is told without a stack. */
export const runMain = async (main) => {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.stderr.write(`\n${error?.isProblem ? error.message : (error?.stack ?? error)}\n`);
    process.exitCode = 1;
  }
};

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Shows that something goes on until it is done: a spinner with seconds on a terminal, plain lines elsewhere.
 * On standard error, so that standard output stays for results.
 */
export const step = async (title, work) => {
  const out = process.stderr;
  const start = Date.now();
  const seconds = () => `${((Date.now() - start) / 1000).toFixed(0)} s`;
  let timer;
  if (out.isTTY) {
    let frame = 0;
    timer = setInterval(() => {
      out.write(`\r\x1b[2K  ${FRAMES[frame++ % FRAMES.length]} ${title} \x1b[2m${seconds()}\x1b[0m`);
    }, 80);
  } else out.write(`  … ${title}\n`);
  try {
    const result = await work();
    out.write(`${out.isTTY ? '\r\x1b[2K' : ''}  ✓ ${title} (${seconds()})\n`);
    return result;
  } catch (error) {
    out.write(`${out.isTTY ? '\r\x1b[2K' : ''}  ✗ ${title}\n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
};
