import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startGatewayProcess } from '../testing/gateway-process.ts';
import { rawRequest } from '../testing/raw-request.ts';
import { makeFolder } from '../testing/test-app.ts';

const REQUESTS = 4000;
const AT_ONCE = 8;
const CANARY = 'canary-4f1d9c';
const TOKEN = 'token-of-the-hostile-test';

/** Everything under a folder with content and time, without following links. */
const photograph = async (folder: string): Promise<string[]> => {
  const names = (await readdir(folder, { recursive: true })).sort();
  return Promise.all(
    names.map(async (name) => {
      const stats = await lstat(join(folder, name));
      const content = stats.isFile() ? await readFile(join(folder, name), 'latin1') : '';
      return `${name} ${stats.mode} ${stats.mtimeMs} ${content}`;
    }),
  );
};

const setUp = async () => {
  const outside = await makeFolder('outside');
  const home = join(outside, 'home');
  const beside = join(outside, 'beside');
  await mkdir(join(beside, 'deep'), { recursive: true });
  for (const path of ['secret.txt', 'deep/secret.txt', 'index.html'])
    await writeFile(join(beside, path), CANARY);
  const gateway = await startGatewayProcess({ MATRIX_HOME: home, MATRIX_AUTH_TOKEN: TOKEN });
  await mkdir(join(home, '.git'), { recursive: true });
  await mkdir(join(home, '.trash'), { recursive: true });
  await writeFile(join(home, '.git', 'canary'), CANARY);
  await writeFile(join(home, '.trash', 'canary'), CANARY);
  execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', join(home, 'pipe')]);
  /** Deleting and moving a link is allowed, so what the attack needs is put back now and then. */
  const layBait = async () => {
    const links = {
      out: beside,
      'out.txt': join(beside, 'secret.txt'),
      root: '/',
      up: '..',
      dangling: join(beside, 'made-by-the-gateway'),
      history: '.git',
      bin: '.trash',
      loop: 'loop',
      deep: 'inside/../../beside',
    };
    await mkdir(join(home, 'inside'), { recursive: true });
    await writeFile(join(home, 'inside', 'file.txt'), 'mine');
    for (const [name, target] of Object.entries(links))
      await symlink(target, join(home, name)).catch(() => undefined);
    await symlink('../out', join(home, 'inside', 'relay')).catch(() => undefined);
  };
  return { ...gateway, outside, beside, layBait };
};

// Names that lead somewhere: bait, what is protected, what is there, what is not yet.
const NAMES = [
  'out',
  'out.txt',
  'root',
  'up',
  'dangling',
  'history',
  'bin',
  'loop',
  'deep',
  'pipe',
  'inside',
  'relay',
  '.git',
  '.trash',
  'canary',
  '.template.json',
  'system',
  'soul.md',
  'apps',
  'todo',
  'data',
  'file.txt',
  'secret.txt',
  'beside',
  'home',
  'etc',
  'passwd',
  'proc',
  'self',
  'environ',
  'new',
  'newer',
  '%F0%9F%98%80',
  '~',
  '*',
  '+',
];
// Spellings of them, and of what no path may hold.
const TRICKS = [
  '..',
  '.',
  '',
  '%2e%2e',
  '%2E%2e',
  '.%2e',
  '%2e',
  '..%2f',
  '..%2F..',
  '%2e%2e%2f',
  '%252e%252e',
  '%25252e',
  '..%5c',
  '..\\',
  '%5c',
  '\\',
  '..%00',
  '%00',
  '%0a',
  '%0d%0aX: y',
  '%ff',
  '%c0%ae%c0%ae',
  '%c0%af',
  '%u002e',
  '%',
  '%2',
  '%zz',
  '..;',
  ';',
  '...',
  '....//',
  '.GIT',
  '%2egit',
  '.git%20',
  '.git.',
  'git~1',
  '.g%E2%80%8Dit',
  '.git%3A%3A$DATA',
  '%EF%BC%8Egit',
  '.Trash',
  '~root',
  '$HOME',
  'C:',
  'con',
  '%E2%80%AE',
  '%20',
  '@os',
  'a'.repeat(256),
  '%61'.repeat(100),
  'x/'.repeat(60),
  'x/'.repeat(3000),
  '\xe4',
  '\x7f',
  '"',
  '<',
  '{',
  '|',
  '^',
  '`',
  '#',
  '?',
  '?path=..',
  '//',
  '__proto__',
  'constructor',
];
const PREFIXES = [
  '/files',
  '//files/',
  '/files//',
  '/x/../files/',
  '/%66iles/',
  '/files/%2e/',
  'http://127.0.0.1/files/',
  '/app/none/',
  '/FILES/',
  'files/',
  '*',
  '/api/apps/',
  '/api/sessions/',
];

const segment = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom(...TRICKS) },
);
const prefix = fc.oneof(
  { weight: 9, arbitrary: fc.constant('/files/') },
  { weight: 1, arbitrary: fc.constantFrom(...PREFIXES) },
);
const hostilePath = fc
  .tuple(
    prefix,
    fc.array(segment, { maxLength: 4 }),
    fc.constantFrom('/', '/', '/', '/', '/', '/', '/', '%2f', '\\', ''),
    fc.constantFrom('', '', '', '', '', '/', '/', '/.', '%00', '?a'),
  )
  .map(([start, segments, joint, end]) => start + segments.join(joint) + end);

const hostileBody = fc.oneof(
  fc.constant(''),
  fc.string({ maxLength: 200 }),
  fc.json(),
  fc.constantFrom(
    '{"from":',
    '[]',
    'null',
    '"x"',
    '{"__proto__":{"from":"a"}}',
    '{"from":1,"to":{}}',
    '\xff\xfe',
  ),
  fc
    .tuple(fc.array(segment, { maxLength: 3 }), fc.array(segment, { maxLength: 3 }))
    .map(([from, to]) => JSON.stringify({ from: decode(from.join('/')), to: decode(to.join('/')) })),
  segment.map((trash) => JSON.stringify({ trash: decode(trash) })),
);

const decode = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

const hostileHeaders = fc.constantFrom(
  '',
  '',
  '',
  'Range: bytes=0-5\r\n',
  'Range: bytes=9-1\r\n',
  'Range: bytes=99999999999999999999-\r\n',
  'If-Match: *\r\n',
  'If-None-Match: *\r\n',
  'If-None-Match: "\r\n',
  'Content-Type: multipart/form-data\r\n',
  'Content-Encoding: gzip\r\n',
  'Expect: 100-continue\r\n',
  'X-Forwarded-For: ../..\r\n',
  'X-HTTP-Method-Override: DELETE\r\n',
);

type Framing = 'length' | 'chunked' | 'short' | 'garbled';

const toBytes = (target: string, method: string, body: string, headers: string, framing: Framing) => {
  const bytes = Buffer.from(body, 'utf8');
  const frame = {
    length: [`Content-Length: ${bytes.length}`, bytes],
    chunked: [
      'Transfer-Encoding: chunked',
      Buffer.concat([
        Buffer.from(`${bytes.length.toString(16)}\r\n`),
        bytes,
        Buffer.from(bytes.length ? '\r\n0\r\n\r\n' : '\r\n'),
      ]),
    ],
    // The connection ends before the body does.
    short: [`Content-Length: ${bytes.length + 10}`, bytes],
    garbled: ['Transfer-Encoding: chunked', Buffer.from('zz\r\nnot a chunk\r\n')],
  }[framing];
  const head = `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n${headers}${frame[0]}\r\n\r\n`;
  return {
    bytes: Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(frame[1] ?? '')]),
    breaksOff: framing === 'short',
  };
};

const hostileRequest = fc
  .tuple(
    fc.constantFrom(
      'GET',
      'GET',
      'HEAD',
      'PUT',
      'PUT',
      'DELETE',
      'POST',
      'MOVE',
      'RESTORE',
      'PATCH',
      'OPTIONS',
    ),
    hostilePath,
    hostileBody,
    hostileHeaders,
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom<Framing>('length', 'chunked') },
      { weight: 1, arbitrary: fc.constantFrom<Framing>('short', 'garbled') },
    ),
  )
  .map(([kind, path, body, headers, framing]) => {
    if (kind === 'MOVE') return toBytes('/api/files/move', 'POST', body, headers, framing);
    if (kind === 'RESTORE') return toBytes('/api/files/restore', 'POST', body, headers, framing);
    return toBytes(path, kind, kind === 'GET' || kind === 'HEAD' ? '' : body, headers, framing);
  });

it(`keeps ${REQUESTS} hostile requests inside the home, and never breaks`, { timeout: 240_000 }, async () => {
  const { authority, beside, outside, home, layBait, request } = await setUp();
  const before = await photograph(beside);
  const protectedBefore = [
    await photograph(join(home, '.git')),
    await readFile(join(home, '.trash', 'canary'), 'utf8'),
  ];
  const requests = fc.sample(hostileRequest, { numRuns: REQUESTS, seed: 20260131 });
  const statuses = new Map<number, number>();
  for (let start = 0; start < requests.length; start += AT_ONCE) {
    await layBait();
    const batch = requests.slice(start, start + AT_ONCE);
    const answers = await Promise.all(batch.map((one) => rawRequest(authority, one)));
    for (const [index, { status, text }] of answers.entries()) {
      const sent = batch[index]?.bytes.toString('latin1');
      expect(status < 500, `${status} for ${sent}`).toBe(true);
      expect(text.includes(CANARY), `a canary in the answer to ${sent}`).toBe(false);
      expect(text.includes('root:x:0'), `/etc/passwd in the answer to ${sent}`).toBe(false);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }
  expect(await photograph(beside)).toEqual(before);
  expect((await readdir(outside)).sort()).toEqual(['beside', 'home']);
  expect([
    await photograph(join(home, '.git')),
    await readFile(join(home, '.trash', 'canary'), 'utf8'),
  ]).toEqual(protectedBefore);
  expect((await request('/health')).status).toBe(200);
  // It is only an attack if it gets past the parser and some of it is allowed.
  for (const status of [200, 201, 204, 400, 403, 404, 409])
    expect([status, (statuses.get(status) ?? 0) > 4]).toEqual([status, true]);
});
