import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Supervised, supervise } from './supervise.ts';

let folder: string;
let service: Supervised | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supervise-'));
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  await rm(folder, { recursive: true });
});

/** Writes its pid to `pids` at every start, then does what `body` says. */
const start = async (body: string, restarts: string[] = []) => {
  const entry = join(folder, 'service.mjs');
  await writeFile(
    entry,
    `import { appendFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(join(folder, 'pids'))}, process.pid + '\\n');
     const ready = () => console.log(JSON.stringify({ event: 'ready' }));
     ${body}`,
  );
  service = supervise({
    name: 'stub',
    entry,
    environment: { PATH: process.env.PATH },
    secrets: { KEY: 'canary-of-the-key', TOKEN: 'canary-of-the-token', ABSENT: undefined },
    log: () => {},
    onRestart: () => void restarts.push('stub'),
  });
  return service;
};
const pids = async () => (await readFile(join(folder, 'pids'), 'utf8')).trim().split('\n').map(Number);
const runs = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('supervise', () => {
  it('starts a service that died again, and leaves nothing when stopped', async () => {
    const restarts: string[] = [];
    const supervised = await start('ready(); setInterval(() => {}, 1000);', restarts);
    await supervised.ready;
    process.kill((await pids())[0] ?? 0, 'SIGKILL');
    await expect.poll(async () => (await pids()).length).toBe(2);
    expect(restarts).toEqual(['stub']);
    await supervised.stop();
    await supervised.ended;
    expect((await pids()).filter(runs)).toEqual([]);
  });

  it('hands a service its secrets at every start, and not by its environment', async () => {
    const kit = join(import.meta.dirname, '..', '..', '..', 'kit', 'src', 'read-secret-file.ts');
    const supervised = await start(`
      import { readFileSync } from 'node:fs';
      import { readSecretFile } from ${JSON.stringify(kit)};
      const out = ${JSON.stringify(join(folder, 'seen'))};
      const { KEY_FILE, TOKEN_FILE, ABSENT_FILE } = process.env;
      const seen = { key: readSecretFile(KEY_FILE), token: readSecretFile(TOKEN_FILE), absent: ABSENT_FILE,
        environment: readFileSync('/proc/self/environ', 'utf8') };
      appendFileSync(out, JSON.stringify(seen) + '\\n');
      ready(); setInterval(() => {}, 1000);`);
    await supervised.ready;
    process.kill((await pids())[0] ?? 0, 'SIGKILL');
    const seen = async () => (await readFile(join(folder, 'seen'), 'utf8')).trim().split('\n');
    await expect.poll(async () => (await seen()).length).toBe(2);
    for (const line of await seen()) {
      const { environment, ...secrets } = JSON.parse(line);
      expect(secrets).toEqual({ key: 'canary-of-the-key', token: 'canary-of-the-token' });
      expect(environment).not.toContain('canary');
    }
  });

  it('gives up on a service that keeps dying, and says where to look', async () => {
    const supervised = await start('ready(); setTimeout(() => process.exit(3), 5);');
    await expect(supervised.ended).rejects.toThrow(/stub ended 6 times within a minute/);
    expect(await pids()).toHaveLength(6);
  });

  it('hands on what a service said before it could start', async () => {
    const supervised = await start(`console.error('Port 80 is taken. Set PORT=…'); process.exit(1);`);
    await expect(supervised.ready).rejects.toThrow('Port 80 is taken. Set PORT=…');
    await expect(supervised.ended).rejects.toThrow('Port 80 is taken. Set PORT=…');
    expect(await pids()).toHaveLength(1);
  });

  it('ends a service that does not heed SIGTERM', async () => {
    const supervised = await start(`process.on('SIGTERM', () => {}); ready(); setInterval(() => {}, 1000);`);
    await supervised.ready;
    await supervised.stop();
    expect((await pids()).filter(runs)).toEqual([]);
  });
});
