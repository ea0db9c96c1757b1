import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configReference } from './config-reference.ts';
import { ROOT } from './setup/paths.mjs';

const path = join(ROOT, 'docs/reference/config.md');
const text = configReference();

// `--check` is what CI runs: a reference that nobody generated again is wrong.
if (process.argv.includes('--check')) {
  if (readFileSync(path, 'utf8') !== text) {
    console.error('docs/reference/config.md is not what the schemas say. Run: npm run docs');
    process.exitCode = 1;
  }
} else writeFileSync(path, text);
