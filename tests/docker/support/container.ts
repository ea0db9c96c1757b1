import { randomBytes } from 'node:crypto';
import { freePort } from '../../support/free-port.ts';
import type { Engine } from './engine.ts';
import { IMAGE } from './names.ts';
import { untilHealth, untilLine } from './until.ts';

export interface Container {
  readonly name: string;
  /** Of the desktop. */
  readonly url: string;
  /** A command inside, as the container's user. */
  exec(...command: string[]): Promise<string>;
  /** An authorized request of a program. */
  request(path: string, init?: RequestInit): Promise<Response>;
  logs(): Promise<string>;
  remove(): Promise<void>;
}

export interface ContainerOptions {
  readonly image?: string;
  readonly name?: string;
  readonly network: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly arguments?: readonly string[];
  readonly command?: readonly string[];
}

// What docker-compose.yml asks for.
const HARDENED = [
  ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--tmpfs', '/tmp:exec,mode=1777,size=1g'],
];

/** `docker run`, and everything up to the first healthy answer. */
export const startContainer = async (
  engine: Pick<Engine, 'env' | 'docker'>,
  options: ContainerOptions,
): Promise<Container> => {
  const name = options.name ?? `matrix-${randomBytes(4).toString('hex')}`;
  const port = await freePort();
  const variables = Object.entries({ SHELL_PORT: String(port), ...options.environment });
  await engine.docker(
    ...['run', '--detach', '--name', name, '--network', options.network],
    ...['--publish', `127.0.0.1:${port}:${port}`],
    ...variables.flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...HARDENED,
    ...(options.arguments ?? []),
    options.image ?? IMAGE,
    ...(options.command ?? []),
  );
  const container = attach(engine, name, `http://127.0.0.1:${port}`);
  try {
    await untilHealth(engine, name);
  } catch (error) {
    await container.remove();
    throw error;
  }
  return container;
};

/** One that runs already. */
export const attach = (engine: Pick<Engine, 'env' | 'docker'>, name: string, url: string): Container => {
  const exec = (...command: string[]) => engine.docker('exec', name, ...command);
  let token: string | undefined;
  return {
    name,
    url,
    exec,
    async request(path, init = {}) {
      token ??= await exec('cat', '/var/lib/matrix/state/auth-token');
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...init.headers,
      };
      return fetch(url + path, { ...init, headers });
    },
    logs: () => engine.docker('logs', name),
    remove: async () => void (await engine.docker('rm', '--force', '--volumes', name)),
  };
};

/** The link that the container printed; it works once. */
export const linkOf = async (engine: Pick<Engine, 'env'>, name: string): Promise<string> => {
  const line = await untilLine(engine, ['logs', '--follow', name], (text) => text.includes('/login#code='));
  return /https?:\S+/.exec(line)?.[0] ?? '';
};

export const say = async (
  container: Container,
  text: string,
  session?: string,
): Promise<{ text: string; session: string }> => {
  const body = JSON.stringify({ text, ...(session === undefined ? {} : { session }) });
  const response = await container.request('/api/message', { method: 'POST', body });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json() as Promise<{ text: string; session: string }>;
};

/** In the container's own numbering. */
export const pidOf = (container: Container, service: 'gateway' | 'shell'): Promise<string> =>
  container.exec(
    'bash',
    '-c',
    `for p in /proc/[0-9]*; do
      mapfile -d '' -t words 2>/dev/null <$p/cmdline
      case "\${words[0]} \${words[*]: -1}" in */node\\ */packages/${service}/dist/*) echo \${p#/proc/} ;; esac
    done`,
  );
