import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const BINARIES = '/usr/lib/postgresql';

/** A PostgreSQL of its own: a fresh cluster in a temporary folder, on a free port of this machine alone. */
export interface TestPostgres {
  /** A new empty database on every call. */
  createDatabase(): Promise<string>;
  close(): Promise<void>;
}

export const POSTGRES_MISSING =
  'PostgreSQL is not installed: the ledger was not tested on it. Get it with: apt-get install postgresql';

/** Undefined where PostgreSQL is not installed. */
export const findPostgres = async (): Promise<string | undefined> => {
  const versions = await readdir(BINARIES).catch(() => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? undefined : join(BINARIES, newest, 'bin');
};

export const startPostgres = async (binaries: string): Promise<TestPostgres> => {
  const folder = await mkdtemp(join(tmpdir(), 'matrix-postgres-'));
  const data = join(folder, 'data');
  const owner = await unprivileged();
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  const as = owner === undefined ? {} : owner;
  await run(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'matrix', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    as,
  );
  const { server, port } = await listen((candidate) =>
    spawn(
      join(binaries, 'postgres'),
      ['-D', data, '-p', String(candidate), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=100'],
      { ...as, stdio: ['ignore', 'ignore', 'pipe'] },
    ),
  );
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const admin = new pg.Client({ host: '127.0.0.1', port, user: 'matrix', database: 'postgres' });
  await admin.connect();
  let count = 0;
  return {
    async createDatabase() {
      const name = `test_${++count}`;
      await admin.query(`create database ${name}`);
      return `postgres://matrix@127.0.0.1:${port}/${name}`;
    },
    async close() {
      await admin.end();
      // Immediate: nothing in it is worth a checkpoint.
      server.kill('SIGQUIT');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** PostgreSQL refuses to run as root. */
const unprivileged = async (): Promise<{ uid: number; gid: number } | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
  );
  if (uid === undefined || gid === undefined) throw new Error('there is no user postgres');
  return { uid, gid };
};

type Server = ChildProcessByStdio<null, null, Readable>;

/** On a port that only the server itself can find to be free; one below those that systems give to outgoing connections. */
const listen = async (start: (port: number) => Server): Promise<{ server: Server; port: number }> => {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const server = start(port);
    let log = '';
    const ready = await new Promise<boolean>((resolve) => {
      server.stderr.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes('ready to accept connections')) resolve(true);
      });
      server.once('close', () => resolve(false));
    });
    if (ready) return { server, port };
    if (!log.includes('Address already in use')) throw new Error(`postgres did not start:\n${log}`);
  }
};
