import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Writes bytes into the disk of a machine that is off, as a failing disk would. Offsets count from the disk's start. */
export const writeToDisk = async (
  disk: string,
  offset: number,
  length: number,
  pattern: number,
): Promise<void> => {
  await run('qemu-io', ['-f', 'qcow2', '-c', `write -P ${pattern} ${offset} ${length}`, disk]);
};
