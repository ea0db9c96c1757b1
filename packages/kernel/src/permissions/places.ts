import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isErrnoException } from '@matrix-os/kit';
import { isProtected } from '../home/protected-paths.ts';

type Access = 'read' | 'write';

interface Place {
  /** Absolute, every link in it resolved as far as it exists. */
  readonly path: string;
  readonly inHome: boolean;
  /** Something of the turn's or the engine's own, which is nobody's question. */
  readonly own: boolean;
  /** Settings of programs that the kernel starts: what is written there may run with a later command. */
  readonly steers: boolean;
  /** Why nobody may go there, whatever the owner has set; null when it is allowed. */
  readonly refused: string | null;
}

export interface Places {
  readonly home: string;
  readonly statePath: string;
  /** What `~` means to a turn. */
  userHome(): string;
  locate(path: string, cwd: string, access: Access): Promise<Place>;
  /** Whether this folder holds the state, or is in it: then nobody may open it as a whole. */
  touchesState(path: string): boolean;
}

export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Resolves links in the part of the path that exists; the rest can hold none. A dangling link is followed by hand. */
const resolveLinks = async (path: string, depth = 0): Promise<string> => {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isErrnoException(error, 'ENOENT') && !isErrnoException(error, 'ENOTDIR')) return path;
    const parent = dirname(path);
    if (parent === path || depth > 100) return path;
    const target = await readlink(path).catch(() => undefined);
    if (target !== undefined) return resolveLinks(resolve(parent, target), depth + 1);
    return join(await resolveLinks(parent, depth + 1), basename(path));
  }
};

/** `~` and the variables that a model writes for it. */
export const expandHome = (path: string, userHome: string): string =>
  path.replace(/^~(?=\/|$)/, userHome).replace(/\$\{?HOME\}?(?=\/|$)/g, userHome);

// Whoever may read these of another process reads its keys.
const PROCESS_SECRETS =
  /^\/proc\/(?!(?:cpuinfo|meminfo|loadavg|uptime|version|stat|mounts|filesystems|net)(?:\/|$))[^/]+/;

/** Where a tool's path leads, read as the engine reads it: without the white space around it. */
export const createPlaces = (parts: {
  /** A real path, as is `statePath`. */
  home: string;
  statePath: string;
  userHome: () => string;
  /** What the paths of a turn's temporary folders begin with, which it may use as it likes. */
  own: readonly string[];
  /** `HOME` behind the wall: free to read. */
  agentHome: string;
}): Places => {
  const { home, statePath, userHome, own, agentHome } = parts;
  // Claude Code keeps the long outputs of its tools here, and tells the model to read them.
  const toolOutputs = join(statePath, 'claude', 'projects');

  const isOwn = (path: string, access: Access): boolean =>
    own.some((beginning) => path.startsWith(beginning)) ||
    (access === 'read' && isWithin(path, agentHome)) ||
    (access === 'read' && isWithin(path, toolOutputs) && path.split(sep).includes('tool-results'));

  const refusal = (path: string, access: Access): string | null => {
    if (isOwn(path, access) || isWithin(path, agentHome)) return null;
    if (isWithin(path, statePath)) {
      return "This is the system's own state, with the owner's keys. No tool may read or change it.";
    }
    if (PROCESS_SECRETS.test(path)) return 'What other processes hold in memory is not for tools to read.';
    if (
      access === 'write' &&
      isWithin(path, home) &&
      isProtected(relative(home, path).split(sep).join('/'))
    ) {
      return 'This belongs to the system: it keeps the history that makes undo possible. No tool may change it.';
    }
    return null;
  };

  return {
    home,
    statePath,
    userHome,
    async locate(given, cwd, access) {
      const expanded = expandHome(given.trim(), userHome());
      const absolute = isAbsolute(expanded) ? resolve(expanded) : resolve(cwd, expanded);
      const path = await resolveLinks(absolute);
      return {
        path,
        inHome: isWithin(path, home),
        own: isOwn(path, access),
        steers: isWithin(path, agentHome) || isWithin(path, join(home, 'system')),
        // The name is checked as well as where it leads: a link out of a protected folder is protected too.
        refused: refusal(path, access) ?? refusal(absolute, access),
      };
    },
    touchesState: (path) => isWithin(statePath, path) || isWithin(path, statePath),
  };
};
