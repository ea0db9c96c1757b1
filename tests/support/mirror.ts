import { once } from 'node:events';
import { createReadStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { enginePackages } from '../../packages/kernel/src/engine-install/pins.ts';
import { CACHE } from '../../tools/setup/paths.mjs';
import { run } from './run.ts';

const FOLDER = join(CACHE, 'cache', 'engine');

/** A registry on the loopback that has the real engine, and nothing else. */
export interface Mirror {
  readonly url: string;
  /** Paths that were asked for. */
  readonly requests: readonly string[];
  /** The program's second half waits until `release`. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

export const startMirror = async (): Promise<Mirror> => {
  const packages = Object.values(enginePackages('linux', process.arch) ?? {});
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, version } of packages) await fetchTarball(name, version);

  const requests: string[] = [];
  let gate: PromiseWithResolvers<void> | undefined;

  const send = async (path: string, from: number, response: ServerResponse): Promise<void> => {
    const { size } = statSync(path);
    const half = Math.floor(size / 2);
    const headers = { 'content-length': size - from, 'content-range': `bytes ${from}-${size - 1}/${size}` };
    response.writeHead(from === 0 ? 200 : 206, headers);
    if (gate !== undefined && size > 10_000_000 && from < half) {
      createReadStream(path, { start: from, end: half - 1 }).pipe(response, { end: false });
      await gate.promise;
      createReadStream(path, { start: half }).pipe(response);
    } else createReadStream(path, { start: from }).pipe(response);
  };

  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    requests.push(path);
    const found = packages.find(({ name }) => path.startsWith(`/${name}/`));
    if (found === undefined) response.writeHead(404).end('{}');
    else if (path.endsWith('.tgz')) {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      void send(tarballOf(found.name, found.version), from, response);
    } else {
      const dist = {
        tarball: `http://${request.headers.host}/${found.name}/it.tgz`,
        unpackedSize: 400_000_000,
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ dist }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    hold() {
      gate = Promise.withResolvers();
    },
    release() {
      gate?.resolve();
      gate = undefined;
    },
    async close() {
      gate?.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const tarballOf = (name: string, version: string) => join(FOLDER, `${name.replace('/', '-')}-${version}.tgz`);

const fetchTarball = async (name: string, version: string): Promise<void> => {
  const path = tarballOf(name, version);
  if (existsSync(path)) return;
  const packed = await run('npm', ['pack', '--silent', `${name}@${version}`], { cwd: FOLDER });
  renameSync(join(FOLDER, packed.split('\n').at(-1) ?? ''), path);
};
