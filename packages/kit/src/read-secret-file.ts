import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isErrnoException } from './errors.ts';

const LIMIT_BYTES = 64 * 1024;
// What a parent opened for us. It is read itself: a socket can't be opened by its name.
const INHERITED = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/;
const LAST_STANDARD_DESCRIPTOR = 2;

/**
 * What the file holds, without one newline at its end. A descriptor (`/dev/fd/3`) is closed when it has been read.
 *
 * @throws Error whose message says what is wrong with the path, and never what the file holds
 */
export const readSecretFile = (path: string): string => {
  const value = readFrom(path).replace(/\r?\n$/, '');
  if (value === '') throw new Error(`${path} is empty`);
  return value;
};

const readFrom = (path: string): string => {
  try {
    const inherited = INHERITED.exec(path)?.[1];
    if (inherited !== undefined) return readDescriptor(Number(inherited), path, true);
    // A pipe that nobody writes to must not hold the start up.
    return readDescriptor(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), path, false);
  } catch (cause) {
    if (!isErrnoException(cause)) throw cause;
    throw new Error(`${path} can't be read (${cause.code})`, { cause });
  }
};

const readDescriptor = (descriptor: number, path: string, inherited: boolean): string => {
  const found = fstatSync(descriptor);
  try {
    if (found.isDirectory()) throw new Error(`${path} is a folder`);
    const isStream = found.isFIFO() || found.isSocket();
    if (!found.isFile() && !(inherited && isStream)) throw new Error(`${path} is not a regular file`);
    return readAll(descriptor, path);
  } finally {
    if (descriptor > LAST_STANDARD_DESCRIPTOR) closeSync(descriptor);
  }
};

const readAll = (descriptor: number, path: string): string => {
  const buffer = Buffer.alloc(LIMIT_BYTES + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += read;
    if (length > LIMIT_BYTES) throw new Error(`${path} has more than ${LIMIT_BYTES / 1024} kB`);
    if (read === 0) return buffer.toString('utf8', 0, length);
  }
};
