import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isErrnoException } from './errors.ts';

/**
 * Makes a folder and those above it that are missing. Node's own `recursive` never returns where a file system answers
 * ENOENT to a folder it doesn't want, as /proc does; this throws that error.
 */
export const makeDirectorySync = (path: string, options: { mode?: number } = {}): void => {
  const missing: string[] = [];
  for (let at = path; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    try {
      mkdirSync(folder, options);
    } catch (error) {
      if (!isErrnoException(error, 'EEXIST')) throw error;
    }
  }
  // What is there already may be a file; then this says so.
  if (missing.length === 0) mkdirSync(path, { ...options, recursive: true });
};
