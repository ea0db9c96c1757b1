import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A real folder of its own, with these files in it, gone when the test is over. */
export const tempFolder = (files: Readonly<Record<string, string>> = {}): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'matrix-kernel-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFiles(folder, files);
  return folder;
};

/** A named pipe, at which whoever opens it plainly waits for ever. */
export const makePipe = (path: string): void => void execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', path]);

export const writeFiles = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
};

const OTHER_DISK = '/dev/shm';

/** Whether there is a second file system, as home and state are on in a container. */
export const hasOtherDisk = existsSync(OTHER_DISK) && statSync(OTHER_DISK).dev !== statSync(tmpdir()).dev;

/** A folder of its own on it. */
export const onOtherDisk = (): string => {
  const folder = mkdtempSync(join(OTHER_DISK, 'matrix-kernel-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
