import { execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const port = await freePort();
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=100'],
    { ...as, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let log = '';
    server.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`postgres did not start:\n${log}`)));
  });
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

const freePort = (): Promise<number> =>
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
