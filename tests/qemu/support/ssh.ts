import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { waitFor } from './wait.ts';

/** Root's shell in the guest. The first use waits for the guest to listen. */
export interface Ssh {
  ready(timeoutMs: number): Promise<void>;
  /** What the command printed; throws, with what it complained about, when it fails. */
  run(command: string, options?: { readonly input?: string; readonly timeoutMs?: number }): Promise<string>;
  /** A port of this machine that leads to one of the guest's loopback. */
  forward(guestPort: number): Promise<number>;
  /** A port of the guest's loopback that leads to one of this machine. */
  forwardBack(guestPort: number, hostPort: number): Promise<void>;
  close(): Promise<void>;
}

export const createSsh = ({ port, folder }: { port: number; folder: string }): Ssh => {
  const control = join(folder, 'control');
  const common = [
    ['-i', join(folder, 'key'), '-p', String(port), '-S', control],
    ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'],
    ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=30'],
  ].flat();
  const target = 'root@127.0.0.1';

  const call = (args: readonly string[], options: { input?: string; timeoutMs: number }): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = execFile(
        'ssh',
        [...common, ...args],
        { timeout: options.timeoutMs, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else reject(new Error(`${args.join(' ')}: ${error.code ?? error.signal}\n${stdout}${stderr}`));
        },
      );
      child.stdin?.on('error', () => {});
      child.stdin?.end(options.input ?? '');
    });

  // One connection carries everything after: a handshake takes seconds on an emulated processor.
  const open = async (): Promise<true> => {
    const child = spawn('ssh', [...common, '-M', '-f', '-N', '-o', 'ControlPersist=yes', target], {
      stdio: 'ignore',
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`ssh ended with ${code}`);
    return true;
  };
  const manage = (...words: readonly string[]) => call([...words, target], { timeoutMs: 30_000 });

  return {
    ready: async (timeoutMs) => void (await waitFor('SSH', open, { timeoutMs, everyMs: 1000 })),
    run: (command, { input, timeoutMs = 120_000 } = {}) =>
      call([target, command], { timeoutMs, ...(input === undefined ? {} : { input }) }),
    async forward(guestPort) {
      const hostPort = await freePort();
      await manage('-O', 'forward', '-L', `127.0.0.1:${hostPort}:127.0.0.1:${guestPort}`);
      return hostPort;
    },
    forwardBack: async (guestPort, hostPort) =>
      void (await manage('-O', 'forward', '-R', `127.0.0.1:${guestPort}:127.0.0.1:${hostPort}`)),
    close: async () => void (await manage('-O', 'exit').catch(() => {})),
  };
};
