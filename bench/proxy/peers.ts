import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Pinned: the figure is about this one. It is fetched for the measurement and is no part of the product. */
const PORTKEY = '@portkey-ai/gateway@1.15.2';

export interface Running {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });

/** Starts a program and waits until its port answers. */
export const start = async (
  command: string,
  args: readonly string[],
  port: number,
  env: Record<string, string> = {},
): Promise<Running> => {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4000);
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  for (;;) {
    if (ended) throw new Error(`${command} ${args.join(' ')} ended:\n${log}`);
    const answered = await fetch(`http://127.0.0.1:${port}/health`).then(
      async (response) => {
        await response.arrayBuffer();
        return true;
      },
      () => false,
    );
    if (answered) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
};

/** One worker: the upstream of fixed answers, and the pass-through that shows the limit. */
export const startNginx = async (folder: string): Promise<{ upstream: number; pass: Running }> => {
  const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((path) => existsSync(path));
  if (nginx === undefined) throw new Error('nginx is missing. Get it with: apt-get install nginx');
  const [upstream, pass] = [await freePort(), await freePort()];
  const answer = JSON.stringify({
    id: 'msg_bench',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-6',
    content: [{ type: 'text', text: 'A short answer, as models give them when asked for one.' }],
    stop_reason: 'end_turn',
    usage: {
      input_tokens: 600,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
      output_tokens: 20,
    },
  });
  await mkdir(folder, { recursive: true });
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join(' ');
  const configuration = `
worker_processes 1; daemon off; pid ${join(folder, 'nginx.pid')}; error_log ${join(folder, 'error.log')};
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 100000000; client_body_buffer_size 64k; ${paths}
  upstream model { server 127.0.0.1:${upstream}; keepalive 128; keepalive_requests 100000000; }
  server { listen 127.0.0.1:${upstream}; location / { default_type application/json; return 200 '${answer}'; } }
  server { listen 127.0.0.1:${pass}; location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}`;
  const path = join(folder, 'nginx.conf');
  await writeFile(path, configuration);
  return { upstream, pass: await start(nginx, ['-c', path], pass) };
};

/** Fetched from the registry once, into a folder that git ignores. */
export const startPortkey = async (folder: string): Promise<Running> => {
  const entry = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  if (!existsSync(entry)) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', PORTKEY], { cwd: folder });
  }
  const port = await freePort();
  return start(process.execPath, [entry, `--port=${port}`, '--headless'], port, { NODE_ENV: 'production' });
};
