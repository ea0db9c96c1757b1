import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { enginePackages } from './pins.ts';

const lock = readFileSync(join(import.meta.dirname, '../../../../pnpm-lock.yaml'), 'utf8');

it.each(['x64', 'arm64'])('pins what the lock file has, for %s', (arch) => {
  const packages = enginePackages('linux', arch);
  expect(packages).toBeDefined();
  for (const { name, version, integrity } of Object.values(packages ?? {})) {
    expect(lock).toContain(`  '${name}@${version}':\n    resolution: {integrity: ${integrity}}\n`);
  }
});

it('has nothing for machines that no image is made for', () => {
  expect(enginePackages('darwin', 'arm64')).toBeUndefined();
  expect(enginePackages('linux', 'riscv64')).toBeUndefined();
});
