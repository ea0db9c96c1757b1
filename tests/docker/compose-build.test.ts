import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { run } from '../support/run.ts';
import { createProject, type Project } from './support/compose.ts';
import { connect } from './support/engine.ts';

const BUILT = 'matrix-os:built-by-compose';
const engine = connect(inject('docker'));
const { docker } = engine;

let folder: string;
let project: Project;
let shell: number;
let gateway: number;

/** Where this machine's packages come from. People's machines reach the public registry and need none of this. */
const lendRegistry = async (): Promise<string> => {
  const registry = (await run('npm', ['config', 'get', 'registry'])).trim();
  const configured = (await run('npm', ['config', 'get', 'cafile'])).trim();
  const authority = existsSync(configured) ? configured : process.env.NODE_EXTRA_CA_CERTS;
  const npmrc = join(folder, 'npmrc');
  const trust = authority === undefined ? '' : 'cafile=/run/secrets/ca\n';
  writeFileSync(npmrc, `registry=${registry}\n${trust}`);
  const secrets = { npmrc: { file: npmrc }, ...(authority === undefined ? {} : { ca: { file: authority } }) };
  const override = join(folder, 'override.json');
  const build = { network: 'host', secrets: Object.keys(secrets) };
  writeFileSync(override, JSON.stringify({ services: { matrix: { build } }, secrets }));
  return override;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matrix-compose-'));
  [shell, gateway] = [await freePort(), await freePort()];
  const variables = { SHELL_PORT: String(shell), PORT: String(gateway), MATRIX_IMAGE: BUILT };
  project = createProject(engine, 'docker-compose.yml', variables, [await lendRegistry()]);
});
afterAll(async () => {
  await project?.destroy();
  await docker('image', 'rm', '--force', BUILT);
  rmSync(folder, { recursive: true });
});

it('needs no image: one command builds it and starts it', async () => {
  await docker('image', 'rm', '--force', BUILT);
  await project.compose(['up', '--detach', '--wait']);
  const [{ Config: config }] = JSON.parse(await docker('inspect', await project.container('matrix')));
  expect(config.Image).toBe(BUILT);
  const desktop = await fetch(`http://localhost:${shell}/login`);
  expect([desktop.status, await desktop.text()]).toEqual([200, expect.stringContaining('Matrix OS')]);
  const health = await fetch(`http://localhost:${gateway}/health`);
  expect(await health.json()).toMatchObject({
    status: 'ok',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
});
