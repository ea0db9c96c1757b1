import { spawnSync } from 'node:child_process';
import { homeAccessProblems } from './home-access.ts';
import { layerProblems } from './layers.ts';
import { ROOT } from './setup/paths.mjs';

const CHECKS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['format and lint', ['node_modules/.bin/biome', 'check', '--error-on-warnings', '.']],
  ['types', ['node_modules/.bin/tsc', '-b']],
  ['unused code', ['node_modules/.bin/knip', '--no-progress', '--treat-config-hints-as-errors']],
  ['generated docs', [process.execPath, 'tools/docs.ts', '--check']],
];

const failed: string[] = [];
for (const [name, problems] of [
  ['layers', layerProblems(ROOT)],
  ['access to the home', homeAccessProblems(ROOT)],
] as const) {
  console.log(`${problems.length === 0 ? '✓' : '✗'} ${name}`);
  if (problems.length === 0) continue;
  console.log(problems.join('\n'));
  failed.push(name);
}
for (const [name, [command = '', ...args]] of CHECKS) {
  const result = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  console.log(`${result.status === 0 ? '✓' : '✗'} ${name}`);
  if (result.status !== 0) {
    console.log(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`);
    failed.push(name);
  }
}
if (failed.length > 0) {
  console.log(`Failed: ${failed.join(', ')}. Much of it is mended by: npm run format`);
  process.exitCode = 1;
}
