import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';
import { basename } from 'node:path';

const NO_SHELLS = new Set(['nologin', 'false', 'true', 'sync']);

/** The owner's own shell, or the first one there is: accounts of containers and services often have none. */
export const findLoginShell = (preferred: string | undefined): string => {
  const candidates = [preferred, accountShell(), '/bin/bash', '/bin/sh'];
  return candidates.find((path) => path !== undefined && isShell(path)) ?? '/bin/sh';
};

/** An account that is only a number (`docker run --user`) has no entry to ask. */
const accountShell = (): string | undefined => {
  try {
    return userInfo().shell ?? undefined;
  } catch {
    return undefined;
  }
};

const isShell = (path: string): boolean => {
  if (!path.startsWith('/') || NO_SHELLS.has(basename(path))) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
