import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ADMIN_TOKEN, connectProxy } from './proxy.ts';

const START = fileURLToPath(new URL('../start.ts', import.meta.url));

/** The proxy as operators run it: a process of its own. */
export const startProxyProcess = async (environment: Record<string, string>) => {
  const child: ChildProcess = spawn(process.execPath, [START], {
    env: {
      PATH: process.env.PATH ?? '',
      PROXY_PORT: '0',
      PROXY_ADMIN_TOKEN: ADMIN_TOKEN,
      ANTHROPIC_API_KEY: 'sk-ant-shared',
      PROXY_INSTANCE: 'test',
      LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exited = once(child, 'exit');
  if (child.stdout === null) throw new Error('no standard output');
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((resolve, reject) => {
    lines.once('line', (line) => resolve((JSON.parse(line) as { port: number }).port));
    child.once('exit', (code) => reject(new Error(`the proxy ended with ${code}:\n${log}`)));
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  };
  return {
    ...connectProxy(`http://127.0.0.1:${port}`),
    pid: child.pid,
    log: () => log,
    kill: () => end('SIGKILL'),
    /** As a service manager stops it. */
    stop: () => end('SIGTERM'),
  };
};
