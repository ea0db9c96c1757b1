import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnginePackages, PinnedPackage } from './pins.ts';

/** What the server does to one answer with a tarball; the next one is whole again. */
type Mishap =
  /** Sends so many bytes, then cuts the connection when `cut` is called: what a client has not read by then is lost. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Sends so many bytes, then nothing more, until the client leaves. */
  | { readonly kind: 'stall'; readonly after: number }
  /** One byte is another. */
  | { readonly kind: 'forge' };

export interface FakeRegistry {
  readonly url: string;
  readonly packages: EnginePackages;
  /** What the program prints when it is run. */
  readonly programOutput: string;
  readonly programBytes: number;
  readonly requests: readonly { readonly path: string; readonly range: string | undefined }[];
  /** For the next answers with the program's tarball, in order. */
  mishaps(...next: Mishap[]): void;
  /** What the metadata claims; by default the truth. */
  unpackedBytes: number | undefined;
  /** Cuts the answer that is to be cut. */
  cut(): void;
  /** Resolves when a stalled answer stands still. */
  readonly stalled: Promise<void>;
  close(): Promise<void>;
}

const VERSION = '9.8.7';
const PADDING_BYTES = 300_000;

/** A registry of npm packages on 127.0.0.1 with two packages like the engine's, ranges included. */
export const createFakeRegistry = async (): Promise<FakeRegistry> => {
  const tarballs = new Map<string, Buffer>();
  const pin = (name: string, files: Readonly<Record<string, string>>): PinnedPackage => {
    const tarball = packed(files);
    tarballs.set(name, tarball);
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    return { name, version: VERSION, integrity };
  };
  const programOutput = `engine ${randomBytes(4).toString('hex')}`;
  // Padding that does not compress, so that the middle of the download is somewhere.
  const padding = randomBytes(PADDING_BYTES).toString('base64');
  const packages = {
    sdk: pin('@scope/sdk', { 'sdk.mjs': 'export const query = () => "asked";\n', 'package.json': '{}' }),
    program: pin('@scope/sdk-linux-x64', { claude: `#!/bin/sh\necho ${programOutput}\nexit\n${padding}\n` }),
  };

  const requests: { path: string; range: string | undefined }[] = [];
  const mishaps: Mishap[] = [];
  const toCut = new Set<ServerResponse>();
  const stalled = Promise.withResolvers<void>();
  const registry = { unpackedBytes: 1_000_000 as number | undefined };

  const sendTarball = (request: IncomingMessage, response: ServerResponse, name: string): void => {
    const whole = tarballs.get(name) ?? Buffer.alloc(0);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= whole.length) return void response.writeHead(416).end();
    const body = Buffer.from(whole.subarray(from));
    const headers = {
      'content-length': body.length,
      'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}`,
    };
    const mishap = name === packages.program.name ? mishaps.shift() : undefined;
    if (mishap?.kind === 'forge') body[body.length - 20] = (body[body.length - 20] ?? 0) ^ 1;
    response.writeHead(request.headers.range === undefined ? 200 : 206, headers);
    if (mishap === undefined || mishap.kind === 'forge') return void response.end(body);
    if (mishap.kind === 'cut') toCut.add(response);
    response.write(body.subarray(0, mishap.after), () => stalled.resolve());
  };

  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    requests.push({ path, range: request.headers.range });
    const name = [...tarballs.keys()].find(
      (each) => path === `/${each}/${VERSION}` || path === `/files/${each}.tgz`,
    );
    if (name === undefined) response.writeHead(404).end('{}');
    else if (path.endsWith('.tgz')) sendTarball(request, response, name);
    else {
      const dist = { tarball: `${url}/files/${name}.tgz`, unpackedSize: registry.unpackedBytes };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name, dist }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return Object.assign(registry, {
    url,
    packages,
    programOutput,
    programBytes: tarballs.get(packages.program.name)?.length ?? 0,
    requests,
    mishaps: (...next: Mishap[]) => void mishaps.push(...next),
    cut() {
      for (const response of toCut) response.destroy();
      toCut.clear();
    },
    stalled: stalled.promise,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
};

/** As `npm pack` makes it: everything in a folder named "package". */
const packed = (files: Readonly<Record<string, string>>): Buffer => {
  const folder = mkdtempSync(join(tmpdir(), 'fake-registry-'));
  try {
    mkdirSync(join(folder, 'package'));
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, 'package', name), content, { mode: 0o755 });
    }
    execFileSync('tar', ['-czf', 'out.tgz', 'package'], { cwd: folder });
    return readFileSync(join(folder, 'out.tgz'));
  } finally {
    rmSync(folder, { recursive: true });
  }
};
