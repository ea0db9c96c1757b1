import { spawn } from 'node:child_process';
import { problem } from './console.mjs';

const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network (?:error|request)|dns error/i;
const READ_ONLY = /EROFS|EACCES|EPERM|permission denied|read-only file system/i;
const FULL = /ENOSPC|no space left/i;

// A package manager's own stack tells a person nothing.
const STACK = /^(?:npm error)?\s+at .*:\d+:\d+\)?(?: \{)?$/;

/** What to do about a package manager's failure, from its output: it has no codes that a program could read. */
const advice = (output) => {
  if (OFFLINE.test(output))
    return 'The package registry could not be reached. Check the network (or the proxy in your npm configuration) and run the same command again; what was downloaded is kept.';
  if (READ_ONLY.test(output))
    return 'This folder, or the npm cache, can not be written to. Put the checkout where you may write, or fix its owner.';
  if (FULL.test(output)) return 'The disk is full. About 2 GB are needed.';
  return 'The output above tells more.';
};

/**
 * Runs a program and keeps its output to itself unless it fails.
 *
 * @throws a problem that ends with what to do next
 */
export const runQuietly = (command, args, options) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => reject(problem(`${command} could not be started: ${error.message}`)));
    child.on('close', (code) => {
      const output = Buffer.concat(chunks).toString();
      if (code === 0) return resolve(output);
      const lines = output
        .trimEnd()
        .split('\n')
        .filter((line) => !STACK.test(line));
      const tail = lines.slice(-15).join('\n');
      reject(problem(`${tail}\n\n${options.failure} failed. ${advice(output)}`));
    });
  });
