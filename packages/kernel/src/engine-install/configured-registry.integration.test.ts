import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configuredRegistry } from './configured-registry.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'registry-'));
});
afterEach(() => rm(home, { recursive: true }));

it('is the one that npm is set to', async () => {
  await writeFile(join(home, '.npmrc'), 'registry=https://packages.example.org/npm/\n');
  const environment = { PATH: process.env.PATH ?? '', HOME: home };
  expect(await configuredRegistry(environment)).toBe('https://packages.example.org/npm/');
});

it('says what to set where there is no npm', async () => {
  await expect(configuredRegistry({ PATH: home, HOME: home })).rejects.toThrow('MATRIX_ENGINE_REGISTRY');
});
