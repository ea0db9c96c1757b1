import { describe, expect, it } from 'vitest';
import { importProblems, LAYERS, layerProblems } from './layers.ts';
import { ROOT } from './setup/paths.mjs';

describe('layers', () => {
  it('hold in this repository', () => {
    expect(layerProblems(ROOT)).toEqual([]);
  });

  it.each([
    ['kit', `import { x } from '@matrix-os/contracts';`],
    ['gateway', `import { x } from '@matrix-os/proxy';`],
    ['kernel', `export { x } from '@matrix-os/gateway/routes';`],
    ['contracts', `const x = await import('@matrix-os/kernel');`],
    ['gateway', `import { query } from '@anthropic-ai/claude-agent-sdk';`],
    ['shell', `import { x } from '../../gateway/src/app.ts';`],
  ])('refuse what %s may not import', (name, source) => {
    expect(importProblems(name, `packages/${name}/src/file.ts`, source)).toHaveLength(1);
  });

  it.each([
    ['gateway', `import { x } from '@matrix-os/kernel';`],
    ['cli', `import { x } from '@matrix-os/contracts';`],
    ['kernel', `import { query } from '@anthropic-ai/claude-agent-sdk';`],
    ['kit', `import { x } from './errors.ts';`],
  ])('let %s import what is below it', (name, source) => {
    expect(importProblems(name, `packages/${name}/src/file.ts`, source)).toEqual([]);
  });

  it('name every package once', () => {
    expect(new Set(LAYERS.flat()).size).toBe(LAYERS.flat().length);
  });
});
