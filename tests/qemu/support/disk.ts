import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { emulator } from './emulator.ts';

const run = promisify(execFile);

/** Writes bytes into the disk of a machine that is off, as a failing disk would. Offsets count from the disk's start. */
export const writeToDisk = async (
  disk: string,
  offset: number,
  length: number,
  pattern: number,
): Promise<void> => {
  const { command, args, env } = emulator('qemu-io');
  await run(command, [...args, '-f', 'qcow2', '-c', `write -P ${pattern} ${offset} ${length}`, disk], {
    env,
  });
};
