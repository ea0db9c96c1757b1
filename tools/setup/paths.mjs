import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What the tools keep between runs: the tool chain, stamps, test and benchmark caches. Safe to delete. */
export const CACHE = join(ROOT, '.matrix');
