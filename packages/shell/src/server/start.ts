import { enableCompileCache } from 'node:module';

// Before anything else loads: the second start finds its code compiled.
enableCompileCache();
await import('./main.ts');
