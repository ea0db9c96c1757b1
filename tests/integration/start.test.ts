import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { processes, processesWith, processTree } from '../support/processes.ts';

const ROOT = join(import.meta.dirname, '..', '..');
// The machine's own Node, as a newcomer has it, and not the one that the tests run with.
const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

let folder: string;
let mark: string;
let environment: NodeJS.ProcessEnv;
const started: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matrix-start-'));
  mark = randomBytes(8).toString('hex');
  const { npm_config_registry: registry, npm_config_cafile: cafile } = process.env;
  environment = {
    PATH,
    HOME: process.env.HOME,
    ...(registry === undefined ? {} : { npm_config_registry: registry }),
    ...(cafile === undefined ? {} : { npm_config_cafile: cafile }),
    MATRIX_HOME: join(folder, 'home'),
    MATRIX_STATE: join(folder, 'state'),
    PORT: String(await freePort()),
    SHELL_PORT: String(await freePort()),
    MATRIX_TEST_MARK: mark,
  };
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  for (const { pid } of processesWith('MATRIX_TEST_MARK', mark)) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const run = (command: string, args: readonly string[], options: { cwd?: string; group?: boolean } = {}) => {
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.group === true,
  });
  started.push(child);
  let text = '';
  let linked: (() => void) | undefined;
  const ready = new Promise<void>((resolve) => {
    linked = resolve;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (/\/login#code=\S+/.test(text)) linked?.();
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    exited,
    output: () => text,
    ready: Promise.race([
      ready,
      exited.then((code) => {
        throw new Error(`ended with ${code}:\n${text}`);
      }),
    ]),
  };
};

const health = async () => (await fetch(`http://127.0.0.1:${environment.PORT}/health`)).status;

describe('npm start', () => {
  it('prints a link, answers, builds nothing twice, and ends with 0 on SIGTERM', async () => {
    const os = run('npm', ['start']);
    await os.ready;
    expect(await health()).toBe(200);
    expect(await (await fetch(`http://127.0.0.1:${environment.SHELL_PORT}/`)).text()).toContain('<html');
    expect(os.output()).not.toMatch(/Installing|Building|Fetching/);
    os.child.kill('SIGTERM');
    expect(await os.exited).toBe(0);
    expect(processesWith('MATRIX_TEST_MARK', mark)).toEqual([]);
  });

  it('stops everything on Ctrl-C, with 0', async () => {
    const os = run('npm', ['start'], { group: true });
    await os.ready;
    // A terminal signals the whole group in the foreground.
    process.kill(-(os.child.pid ?? 0), 'SIGINT');
    expect(await os.exited).toBe(0);
    expect(processesWith('MATRIX_TEST_MARK', mark)).toEqual([]);
  });

  it('says which port is taken and how to choose another', async () => {
    const other = createServer().listen(Number(environment.SHELL_PORT), '127.0.0.1');
    await once(other, 'listening');
    try {
      const os = run('npm', ['start']);
      os.ready.catch(() => {});
      expect(await os.exited).not.toBe(0);
      expect(os.output()).toContain(environment.SHELL_PORT);
      expect(os.output()).toContain('SHELL_PORT=');
      expect(processesWith('MATRIX_TEST_MARK', mark)).toEqual([]);
    } finally {
      other.close();
    }
  });

  it('says that a home can not be written and what to do', async () => {
    // Nobody may make a folder here, not even root.
    environment.MATRIX_HOME = '/proc/matrix-home';
    const os = run('npm', ['start']);
    os.ready.catch(() => {});
    expect(await os.exited).not.toBe(0);
    expect(os.output()).toContain('/proc/matrix-home');
    expect(os.output()).toContain('MATRIX_HOME');
    expect(os.output()).not.toContain('    at ');
  });

  it('says that the registry can not be reached, on a fresh machine without a network', async () => {
    const checkout = join(folder, 'checkout');
    await mkdir(join(checkout, 'packages'), { recursive: true });
    await cp(join(ROOT, 'tools'), join(checkout, 'tools'), { recursive: true });
    await writeFile(join(checkout, 'package.json'), await readFile(join(ROOT, 'package.json')));
    Object.assign(environment, {
      npm_config_registry: `http://127.0.0.1:${await freePort()}`,
      npm_config_cache: join(folder, 'empty-cache'),
      npm_config_fetch_retries: '0',
    });
    const os = run('npm', ['start'], { cwd: checkout });
    os.ready.catch(() => {});
    expect(await os.exited).not.toBe(0);
    expect(os.output()).toContain('registry could not be reached');
    expect(os.output()).not.toContain('    at ');
  });
});

describe('matrix up', () => {
  const up = () => run(process.execPath, [join(ROOT, 'packages/cli/dist/main.js'), 'up', '--logs']);
  const pidOf = (root: number, part: string) =>
    processTree(root).find((entry) => entry.command.includes(part))?.pid ?? 0;

  it.each(['gateway', 'shell'])('starts a %s that was killed again', async (name) => {
    const os = up();
    await os.ready;
    const before = pidOf(os.child.pid ?? 0, `packages/${name}/dist/`);
    process.kill(before, 'SIGKILL');
    const port = name === 'gateway' ? environment.PORT : environment.SHELL_PORT;
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/health`).then(
            (response) => response.status,
            () => 0,
          ),
        {
          timeout: 15_000,
        },
      )
      .toBe(200);
    expect(pidOf(os.child.pid ?? 0, `packages/${name}/dist/`)).not.toBe(before);
  });

  it('takes its services along when it is killed itself', async () => {
    const os = up();
    await os.ready;
    const pids = processTree(os.child.pid ?? 0).map((entry) => entry.pid);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    os.child.kill('SIGKILL');
    await os.exited;
    await expect
      .poll(() => processes().filter((entry) => pids.includes(entry.pid)), { timeout: 15_000 })
      .toEqual([]);
  });

  it('explains itself', async () => {
    const help = run(process.execPath, [join(ROOT, 'packages/cli/dist/main.js'), '--help']);
    help.ready.catch(() => {});
    expect(await help.exited).toBe(0);
    expect(help.output()).toMatch(/up .*\n[\s\S]*link .*/);
    const unknown = run(process.execPath, [join(ROOT, 'packages/cli/dist/main.js'), 'fly']);
    unknown.ready.catch(() => {});
    expect(await unknown.exited).toBe(2);
    expect(unknown.output()).toContain('There is no command "fly"');
  });

  it('says that nothing runs, and how to start it', async () => {
    const status = run(process.execPath, [join(ROOT, 'packages/cli/dist/main.js'), 'status']);
    status.ready.catch(() => {});
    expect(await status.exited).toBe(1);
    expect(status.output()).toContain('npm start');
  });
});
