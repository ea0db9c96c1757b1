import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE } from '../../../tools/setup/paths.mjs';
import { run } from '../../support/run.ts';

// Debian's, also where another client stands earlier on the PATH.
const CLIENT = '/usr/bin/docker';

/** A Docker Engine that is nobody else's. */
export interface Engine {
  /** For programs that talk to it by themselves. */
  readonly env: Readonly<Record<string, string>>;
  docker(...args: string[]): Promise<string>;
  /** Ends it and everything that runs in it; images and the build cache stay for the next run. */
  stop(): Promise<void>;
}

/** A client of an engine that runs already, from what another process was told. */
export const connect = (socket: string): Pick<Engine, 'env' | 'docker'> => {
  const env = { DOCKER_HOST: `unix://${socket}`, DOCKER: CLIENT };
  return { env, docker: (...args) => run(CLIENT, args, { env }) };
};

/**
 * Starts an engine of its own. It lives in namespaces of its own for mounts and processes, and leaves the machine's
 * packet filter alone: when it ends, however it ends, no process and no mount is left. Only containers' published ports
 * and their gateway are reached from here; builds reach the network through the machine's own.
 */
export const startEngine = async (): Promise<Engine & { socket: string }> => {
  const data = join(CACHE, 'cache', 'docker', 'engine');
  mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'matrix-docker-'));
  const socket = join(folder, 'docker.sock');
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL'],
      ...['unshare', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child=SIGTERM'],
      ...['dockerd', '--host', `unix://${socket}`, '--log-level', 'warn'],
      ...['--data-root', data, '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid')],
      ...['--bridge', 'none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  const ended = once(child, 'exit');
  await Promise.race([
    appears(folder, socket),
    ended.then(() => {
      throw new Error(`dockerd ended:\n${said}`);
    }),
  ]);
  const { env, docker } = connect(socket);
  return {
    socket,
    env,
    docker,
    async stop() {
      const [containers, networks] = await Promise.all([
        docker('ps', '--all', '--quiet'),
        docker('network', 'ls', '--quiet', '--filter', 'type=custom'),
      ]);
      if (containers !== '') await docker('rm', '--force', '--volumes', ...containers.split('\n'));
      if (networks !== '') await docker('network', 'rm', ...networks.split('\n'));
      await docker('volume', 'prune', '--all', '--force');
      // `unshare` hands no signal on, so its only child is asked.
      const [daemon] = (await run('ps', ['-o', 'pid=', '--ppid', String(child.pid)])).trim().split('\n');
      process.kill(Number(daemon), 'SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const appears = (folder: string, path: string): Promise<void> =>
  new Promise((resolve) => {
    const watcher = watch(folder, () => check());
    const check = () => {
      if (!existsSync(path)) return;
      watcher.close();
      resolve();
    };
    check();
  });
