import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';

// Written by the builds themselves, so no reason to build again.
const GENERATED = /\.tsbuildinfo$|^next-env\.d\.ts$/;
const SKIPPED = new Set(['node_modules', 'dist', 'out', '.next', '.types']);

const filesUnder = (path) => {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries
    .filter((entry) => !SKIPPED.has(entry.name))
    .flatMap((entry) => {
      const child = join(path, entry.name);
      if (entry.isDirectory()) return filesUnder(child);
      return entry.isFile() && !GENERATED.test(entry.name) ? [child] : [];
    });
};

/** A digest of the content and names of files and folders (relative to the checkout), and of `extra`. */
export const digest = (paths, extra = '') => {
  const hash = createHash('sha256').update(extra);
  const files = paths.flatMap((path) => {
    const full = join(ROOT, path);
    return statSync(full, { throwIfNoEntry: false })?.isDirectory() ? filesUnder(full) : [full];
  });
  for (const file of files.sort()) {
    if (!existsSync(file)) continue;
    hash.update(`\0${relative(ROOT, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
};

const stampPath = (name) => join(CACHE, 'stamps', name);

/** Whether `name` was last finished with this digest. Content decides, never a time: a fresh clone has new times. */
export const isStamped = (name, value) =>
  existsSync(stampPath(name)) && readFileSync(stampPath(name), 'utf8') === value;

export const stamp = (name, value) => {
  mkdirSync(dirname(stampPath(name)), { recursive: true });
  writeFileSync(stampPath(name), value);
};
