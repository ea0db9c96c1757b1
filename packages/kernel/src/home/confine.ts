import { realpathSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AppError, isErrnoException } from '@matrix-os/kit';

const MAX_PATH_BYTES = 4096;
const MAX_SEGMENT_BYTES = 255;

export interface Confinement {
  /** Absolute, and no link in it. */
  readonly home: string;
  /**
   * Where a stranger's path really is: absolute, every link in it resolved, inside the home. The file need not exist.
   * Check `isProtected(relative(resolved))` on the answer, for a link can point at a protected file.
   *
   * @throws AppError `invalid_input` for a malformed path, `forbidden` for one that leaves the home,
   *   `not_found` when a file stands where the path needs a folder
   */
  resolve(path: string, options?: ResolveOptions): Promise<string>;
  /** Slash-separated and relative; the home itself is ''. @throws AppError `forbidden` outside the home */
  relative(absolute: string): string;
}

interface ResolveOptions {
  /** `keep`: when the last part is a link, answer the link itself, to move or delete it. Default `follow`. */
  readonly lastLink?: 'follow' | 'keep';
}

/** Keeps every path inside the home, whatever it says. The home must exist. */
export const createConfinement = (homePath: string): Confinement => {
  const home = realpathSync.native(homePath);
  const root = home.endsWith(sep) ? home : home + sep;
  const inside = (absolute: string): boolean => absolute === home || absolute.startsWith(root);

  const follow = async (link: string, path: string): Promise<string> => {
    let target: string;
    try {
      target = await realpath(link);
    } catch (error) {
      // A dangling link is refused too: writing through it would create its target, wherever that is.
      throw new AppError('forbidden', `"${path}" goes through a link that leads nowhere. Remove the link.`, {
        cause: error,
      });
    }
    if (!inside(target)) throw new AppError('forbidden', `"${path}" is a link that leaves your home.`);
    return target;
  };

  return {
    home,

    async resolve(path, options = {}) {
      const segments = splitPath(path);
      let current = home;
      for (const [index, segment] of segments.entries()) {
        const next = join(current, segment);
        const last = index === segments.length - 1;
        const stats = await lstat(next).catch((error: unknown) => {
          if (isErrnoException(error, 'ENOENT')) return undefined;
          if (isErrnoException(error, 'ENOTDIR')) throw notAFolder(path);
          throw error;
        });
        if (stats === undefined) return join(current, ...segments.slice(index));
        if (!stats.isSymbolicLink()) current = next;
        else if (last && options.lastLink === 'keep') return next;
        else current = await follow(next, path);
      }
      return current;
    },

    relative(absolute) {
      if (!inside(absolute)) throw new AppError('forbidden', 'That path is outside your home.');
      return relative(home, absolute).split(sep).join('/');
    },
  };
};

/** The parts of a path, refusing every spelling that means something other than a plain path down from the home. */
const splitPath = (path: string): string[] => {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) throw malformed('The path is too long.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  if (/[\u0000-\u001f\u007f]/.test(path)) throw malformed('The path has control characters in it.');
  if (path.includes('\\')) throw malformed('Use / between the parts of a path, not \\.');
  if (!path.isWellFormed()) throw malformed('The path is not valid Unicode.');
  if (path.startsWith('/')) throw malformed('Give the path from your home on, without a / in front.');
  const plain = path.endsWith('/') ? path.slice(0, -1) : path;
  if (plain === '') return [];
  const segments = plain.split('/');
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..')
      throw malformed(`A path can't have "${segment}" as one of its parts.`);
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) throw malformed('A name in the path is too long.');
  }
  return segments;
};

const malformed = (message: string): AppError => new AppError('invalid_input', message);

const notAFolder = (path: string): AppError =>
  new AppError('not_found', `"${path}" leads through a file as if it were a folder.`);
