import { enableCompileCache } from 'node:module';

// Before anything else is loaded, so that the second start is faster.
enableCompileCache();
await import('./main.ts');
