import { mkdirSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Compiled code is kept beside the installation; where that is read-only, Node falls back to the system's folder.
const folder = fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url));
try {
  mkdirSync(folder, { recursive: true });
  enableCompileCache(folder);
} catch {
  enableCompileCache();
}
await import('./main.ts');
// Node writes it at a regular end only, and a container may never have one.
setTimeout(flushCompileCache, 5000).unref();
