import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join, sep } from 'node:path';
import type { Rules } from './wall.ts';

// What programs need of a Linux: themselves, their libraries and settings. Nothing in which people or services keep secrets
// that this user may read: no homes, no /run, no /var, no /tmp.
const RUN = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/nix/store', '/gnu/store', '/snap'];
const READ = [
  '/etc',
  // Another process's environment, memory and files need the right to trace it, which nobody in the wall has.
  '/proc',
  '/sys',
  // Where /etc/resolv.conf leads.
  '/run/systemd/resolve',
  '/run/resolvconf',
  '/run/NetworkManager/resolv.conf',
  '/run/NetworkManager/no-stub-resolv.conf',
  '/run/current-system',
  '/var/lib/dpkg',
  '/var/cache/fontconfig',
];
// No terminals: a turn would read what is typed into any other of the same user.
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'].map((name) => `/dev/${name}`);

// Where version managers keep languages, below the user's home, and nothing secret. Not ~/.cargo: it holds credentials.
const MANAGERS = [
  '.pyenv',
  '.rbenv',
  '.nodenv',
  '.asdf',
  '.nvm',
  '.volta',
  '.rustup',
  '.sdkman',
  '.bun',
  '.deno',
];
const SHARED = ['mise', 'fnm', 'pnpm', 'uv/python', 'uv/tools'].map((name) => join('.local/share', name));

// Root may read these without any capability, since they are its own.
const ROOTS_SECRETS = [
  'shadow',
  'shadow-',
  'gshadow',
  'gshadow-',
  'ssh',
  'ssl/private',
  'credstore',
  'credstore.encrypted',
  'matrix-os',
  'NetworkManager/system-connections',
  'wireguard',
  'letsencrypt',
  'kubernetes',
  'krb5.keytab',
  'ppp',
].map((name) => join('/etc', name));

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

const real = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

const children = (folder: string): string[] => {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
};

/** A rule can't take a folder out of an allowed one: its siblings are listed instead, at every level down to it. */
const without = (folder: string, closed: readonly string[]): string[] => {
  if (closed.some((path) => isWithin(folder, path))) return [];
  if (!closed.some((path) => isWithin(path, folder))) return [folder];
  return children(folder).flatMap((child) => without(child, closed));
};

/**
 * A folder of programs, with what lies beside them and they load, where that is a Node of its own or a checkout's
 * packages; never a whole `~/.local`, `/` or `/home`.
 */
const toolFolder = (folder: string): string => {
  const root = dirname(folder);
  if (basename(folder) === '.bin' && basename(root) === 'node_modules') return root;
  const isNode =
    basename(folder) === 'bin' &&
    existsSync(join(folder, 'node')) &&
    existsSync(join(root, 'lib/node_modules/npm'));
  return isNode && dirname(root) !== '/' ? root : folder;
};

/** What every walled process may read and run. */
export const systemRules = (parts: {
  /** Folders as in the environment's `PATH`. */
  path: string;
  /** The owner's home on this machine, of which only programs are opened. */
  userHome: string;
  /** Further folders that no rule may open: the state, the OS's home. */
  closed: readonly string[];
}): Rules => {
  const secrets = process.getuid?.() === 0 ? ROOTS_SECRETS : [];
  const closed = [...parts.closed, ...secrets, ...(parts.userHome === '/' ? [] : [parts.userHome])].flatMap(
    (path) => real(path) ?? [],
  );
  const present = (paths: readonly string[]) => paths.flatMap((path) => real(path) ?? []);
  const system = present(RUN);
  const tools = present(parts.path.split(delimiter).filter((folder) => folder.startsWith('/')))
    .filter((folder) => !system.some((path) => isWithin(folder, path)))
    .map(toolFolder)
    // A folder of programs may lie in the user's home; that home itself, or what holds it, may not be one.
    .filter((folder) => dirname(folder) !== '/' && !closed.some((path) => isWithin(path, folder)));
  const rules: Rules = [
    ...system.flatMap((path) => without(path, closed).map((one) => ['execute', one] as const)),
    ...tools.map((path) => ['execute', path] as const),
    ...present([...MANAGERS, ...SHARED].map((name) => join(parts.userHome, name))).map(
      (path) => ['execute', path] as const,
    ),
    ...present(READ).flatMap((path) => without(path, closed).map((one) => ['read', one] as const)),
    ...present(DEVICES).map((path) => ['device', path] as const),
  ];
  return [...new Map(rules.map((rule) => [rule.join(' '), rule])).values()];
};
