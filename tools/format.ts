import { spawnSync } from 'node:child_process';
import { ROOT } from './setup/paths.mjs';

const result = spawnSync('node_modules/.bin/biome', ['check', '--write', '.'], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exitCode = result.status ?? 1;
