import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ROOT } from '../../tools/setup/paths.mjs';
import { launchBrowser } from '../support/browser.ts';
import { desktopOf } from '../support/desktop.ts';
import { freePort } from '../support/free-port.ts';
import { createProject, type Project } from './support/compose.ts';
import { attach, type Container, linkOf, pidOf } from './support/container.ts';
import { connect } from './support/engine.ts';
import { IMAGE } from './support/names.ts';
import { untilHealth, untilLine } from './support/until.ts';

const engine = connect(inject('docker'));
const { docker } = engine;

let project: Project;
let browser: Browser;
let context: BrowserContext;
let url: string;
let os: Container;
let secrets: string;

/** The same volumes may get a new container at any time. */
const current = async (): Promise<Container> => attach(engine, await project.container('matrix'), url);

const up = async (variables: Record<string, string> = {}): Promise<void> => {
  await project.compose(['up', '--detach', '--no-build', '--wait'], variables);
  os = await current();
};

beforeAll(async () => {
  const [shell, gateway] = [await freePort(), await freePort()];
  url = `http://localhost:${shell}`;
  secrets = mkdtempSync(join(tmpdir(), 'matrix-secrets-'));
  chmodSync(secrets, 0o755);
  project = createProject(engine, 'docker-compose.yml', {
    SHELL_PORT: String(shell),
    PORT: String(gateway),
    MATRIX_SECRETS: secrets,
  });
  browser = await launchBrowser();
  context = await browser.newContext();
  await up();
});
afterAll(async () => {
  await browser?.close();
  await project?.destroy();
  if (secrets !== undefined) rmSync(secrets, { recursive: true });
});

it('comes up from the example as it is', async () => {
  // What the README tells to type; the file must be one that Compose takes, and needs no editing.
  const file = join(ROOT, '.env.docker');
  expect(existsSync(file), 'a .env.docker of your own would be overwritten; move it away').toBe(false);
  copyFileSync(`${file}.example`, file);
  try {
    const config = JSON.parse(await project.compose(['config', '--format', 'json']));
    expect(Object.keys(config.services.matrix.environment).sort()).toEqual(['PORT', 'SHELL_PORT']);
  } finally {
    rmSync(file);
  }
});

it('is reached from this machine alone, and is limited, hardened and restarted', async () => {
  const [{ HostConfig: host }] = JSON.parse(await docker('inspect', os.name));
  const bound = Object.values(host.PortBindings as Record<string, { HostIp: string }[]>).flat();
  expect(bound.map((entry) => entry.HostIp)).toEqual(['127.0.0.1', '127.0.0.1']);
  expect(host).toMatchObject({
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true'],
    Memory: 2 * 1024 ** 3,
    NanoCpus: 2e9,
    PidsLimit: 512,
    RestartPolicy: { Name: 'unless-stopped' },
  });
});

describe('the owner', () => {
  it('signs in by the link in the log, asks for an app and uses it', async () => {
    const page = await context.newPage();
    await page.goto(await linkOf(engine, os.name));
    await page.waitForURL(`${url}/`);
    const desktop = await desktopOf(page);
    await desktop.say('make me a todo list');
    await desktop.window('To-do').waitFor();
    const app = desktop.app('To-do');
    await app.getByRole('textbox', { name: 'New task' }).fill('water the plants');
    await app.getByRole('textbox', { name: 'New task' }).press('Enter');
    await app.getByText('water the plants').waitFor();
    await expect.poll(() => stored()).toContain('water the plants');
    await page.close();
  });

  it('gets a new link from inside', async () => {
    const link = await os.exec('matrix', 'link');
    expect(link).toMatch(new RegExp(`^${url}/login#code=\\w+$`));
  });
});

describe('a secret', () => {
  const keySource = async () =>
    ((await (await os.request('/api/settings')).json()) as { key: { source: string } }).key.source;
  const restart = async () => {
    await project.compose(['restart']);
    await untilHealth(engine, os.name);
  };

  it('is read from its file, and neither Docker nor any process shows it', async () => {
    const key = 'sk-ant-canary-of-the-key';
    writeFileSync(join(secrets, 'ANTHROPIC_API_KEY'), `${key}\n`);
    await restart();
    expect(await keySource()).toBe('environment');
    expect(await docker('inspect', os.name)).not.toContain('canary');
    expect(await os.exec('bash', '-c', 'cat /proc/[0-9]*/{environ,cmdline} 2>&1; true')).not.toContain(
      'canary',
    );
    expect(await os.logs()).not.toContain('canary');
    expect(await os.exec('matrix', 'link')).toContain('/login#code=');
    rmSync(join(secrets, 'ANTHROPIC_API_KEY'));
    await restart();
    expect(await keySource()).toBe('none');
  });
});

const stored = () => os.exec('bash', '-c', 'cat /home/matrix/matrixos/apps/todo/data/*.json');

/** Everything that must outlive a container: the app's data, the conversation, a setting, and being signed in. */
const expectEverything = async (): Promise<void> => {
  expect(await stored()).toContain('water the plants');
  const { sessions } = (await (await os.request('/api/sessions')).json()) as { sessions: unknown[] };
  expect(JSON.stringify(sessions)).toContain('make me a todo list');
  expect(await (await os.request('/api/settings')).json()).toMatchObject({ model: 'a-model-of-mine' });
  const page = await context.newPage();
  await page.goto(`${url}/`);
  const desktop = await desktopOf(page);
  await (await desktop.finished('make me a todo list')).waitFor();
  await page.close();
};

describe('what the owner has', () => {
  beforeAll(async () => {
    const body = JSON.stringify({ model: 'a-model-of-mine' });
    expect((await os.request('/api/settings', { method: 'PUT', body })).status).toBe(200);
  });

  it('outlives down and up', async () => {
    await project.compose(['down']);
    await up();
    await expectEverything();
  });

  it('outlives kill -9 of the container', async () => {
    await docker('kill', '--signal', 'KILL', os.name);
    await up();
    await expectEverything();
    expect(await os.exec('git', '-C', '/home/matrix/matrixos', 'fsck', '--strict')).not.toMatch(
      /error|missing/,
    );
  });

  it('outlives a new image', async () => {
    const before = os.name;
    await docker(
      'build',
      '--tag',
      `${IMAGE}-next`,
      '--build-arg',
      `FROM=${IMAGE}`,
      '--file',
      join(import.meta.dirname, 'support/next.Dockerfile'),
      join(import.meta.dirname, 'support'),
    );
    await up({ MATRIX_IMAGE: `${IMAGE}-next` });
    expect(os.name).not.toBe(before);
    expect(await os.exec('printenv', 'MATRIX_COMMIT')).toBe('the-next-one');
    await expectEverything();
  });
});

describe('a service that dies', () => {
  it.each(['gateway', 'shell'] as const)('is started again: the %s', async (service) => {
    const before = await pidOf(os, service);
    await os.exec('bash', '-c', `kill -9 ${before}`);
    await untilLine(engine, ['logs', '--follow', os.name], (line) => /ended and is started again/.test(line));
    await expect.poll(() => pidOf(os, service), { timeout: 15_000 }).not.toBe('');
    await expect
      .poll(
        () =>
          fetch(`${url}/health`).then(
            (answer) => answer.status,
            () => 0,
          ),
        { timeout: 15_000 },
      )
      .toBe(200);
    expect(await pidOf(os, service)).not.toBe(before);
    expect(await docker('inspect', '--format', '{{.RestartCount}}', os.name)).toBe('0');
  });

  it('takes the container with it when it can not live, and Docker starts that again', async () => {
    // The supervisor itself: with it gone, neither service may stay on alone.
    const look = `for p in /proc/[0-9]*; do
      tr '\\0' ' ' <$p/cmdline | grep -q '^[^ ]*node .*cli/dist/main.js up' && basename $p
    done 2>/dev/null || true`;
    const supervisor = (await os.exec('bash', '-c', look)).trim();
    expect(supervisor).toMatch(/^[0-9]+$/);
    const restarted = untilLine(
      engine,
      ['events', '--filter', `container=${os.name}`, '--filter', 'event=start', '--format', '{{.Action}}'],
      (line) => line === 'start',
    );
    await os.exec('bash', '-c', `kill -9 ${supervisor}`);
    await restarted;
    await untilHealth(engine, os.name);
    await expectEverything();
  });
});
