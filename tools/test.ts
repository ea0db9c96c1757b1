import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildChanged } from './build.ts';
import { problem, runMain, step } from './setup/console.mjs';
import { ROOT } from './setup/paths.mjs';
import { type Counts, readTierReport, type TierReport } from './test-report.ts';
import { TIERS, type Tier } from './tiers.ts';

const runTier = async (tier: Tier, filters: readonly string[]): Promise<TierReport> => {
  const folder = mkdtempSync(join(tmpdir(), 'matrix-test-'));
  const report = join(folder, 'report.json');
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        join(ROOT, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--project',
        tier.name,
        '--reporter=default',
        '--reporter=json',
        `--outputFile=${report}`,
        ...filters,
      ],
      { cwd: ROOT, stdio: 'inherit' },
    );
    child.on('error', reject);
    child.on('exit', (status) => resolve(status ?? 1));
  });
  try {
    const { counts, failures } = readTierReport(readFileSync(report, 'utf8'), ROOT);
    // An error outside of any test is a failure that no test counted.
    if (code !== 0 && counts.failed === 0)
      return {
        counts: { ...counts, failed: 1 },
        failures: [...failures, `${tier.name} ended with ${code}.`],
      };
    return { counts, failures };
  } catch {
    return { counts: { passed: 0, failed: 1, skipped: 0 }, failures: [`${tier.name} left no report.`] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/**
 * Starts what a tier prepares; what it answers is awaited before that tier. The script's output is shown only when it failed,
 * for it would fall into another tier's.
 */
const startPreparing = (script: string): (() => Promise<void>) => {
  const child = spawn('nice', ['-n', '15', process.execPath, join(ROOT, script)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
  return async () => {
    if (await ended) return;
    process.stderr.write(Buffer.concat(output));
    throw problem(`${script} failed.`);
  };
};

const main = async (args: readonly string[]): Promise<number> => {
  const names = args.filter((arg) => TIERS.some((tier) => tier.name === arg));
  const filters = args.filter((arg) => !names.includes(arg));
  if (filters.some((arg) => arg === '--help' || arg === '-h')) {
    console.log('Usage: npm test [-- tier … file …]\n');
    for (const tier of TIERS) console.log(`  ${tier.name.padEnd(12)} ${tier.about}`);
    console.log('\nMATRIX_TEST=all makes a tier that can not run a failure; CI sets it.');
    return 0;
  }
  const chosen = names.length === 0 ? TIERS : TIERS.filter((tier) => names.includes(tier.name));
  const required = process.env.MATRIX_TEST === 'all' || names.length > 0;
  if (process.env.MATRIX_TEST !== undefined && process.env.MATRIX_TEST !== 'all')
    throw problem('MATRIX_TEST is "all" or not set.');

  await buildChanged();
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const notes: string[] = [];
  const failed: string[] = [];
  const able = chosen.filter((tier) => {
    const missing = tier.needs.filter((need) => !need.present());
    for (const need of missing)
      notes.push(`${tier.name} did not run: it needs ${need.name}. ${need.howToGet}`);
    if (missing.length > 0 && required) total.failed += 1;
    return missing.length === 0;
  });
  const preparing = new Map<Tier, () => Promise<void>>();
  for (const [index, tier] of able.entries()) {
    // With a filter it may be that no test of the tier runs; those that do prepare for themselves.
    for (const one of filters.length > 0 ? [] : able.slice(index, index + 2))
      if (one.prepare !== undefined && !preparing.has(one)) preparing.set(one, startPreparing(one.prepare));
    const prepared = preparing.get(tier);
    try {
      if (prepared !== undefined) await step(`Preparing the ${tier.name} tier`, prepared);
    } catch {
      notes.push(`${tier.name} did not run: ${tier.prepare} failed.`);
      total.failed += 1;
      continue;
    }
    const { counts, failures } = await runTier(tier, filters);
    failed.push(...failures);
    for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key];
    if (counts.passed + counts.failed === 0 && filters.length === 0) {
      notes.push(`${tier.name} ran no test.`);
      total.failed += 1;
    }
  }
  // Once more and in short: between the tiers' outputs they are hard to find, and whoever reads only the end needs them.
  if (failed.length > 0) console.log(`\nWhat failed:\n${failed.map((line) => `  ${line}`).join('\n')}`);
  for (const note of notes) console.log(note);
  // In CI a skipped test is a failed one.
  if (process.env.MATRIX_TEST === 'all') {
    total.failed += total.skipped;
    total.skipped = 0;
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  return total.failed === 0 ? 0 : 1;
};

await runMain(() => main(process.argv.slice(2)));
