import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@matrix-os/kit';
import { describe, expect, test } from 'vitest';
import { createKernel } from './create-kernel.ts';
import { describeKernelContract } from './kernel-contract.ts';

describeKernelContract(
  'the real one',
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'matrix-contract-'));
    const kernel = await createKernel({
      homePath: join(root, 'home'),
      statePath: join(root, 'state'),
      templatePath: join(import.meta.dirname, '../../../home'),
      version: '0.0.0-test',
      autonomy: 'ask',
      engine: { apiKey: undefined, baseUrl: undefined, model: undefined, executable: undefined },
      processEnvironment: { PATH: process.env.PATH ?? '', HOME: root, LANG: 'C.UTF-8' },
      log: createLogger({ name: 'test', level: 'silent' }),
    });
    return {
      kernel,
      async close() {
        await kernel.close(0);
        await rm(root, { recursive: true, force: true });
      },
    };
  },
  {
    describe,
    test: (name, body) => test(name, body),
    equal: (actual, expected) => expect(actual).toEqual(expected),
    ok: (value, what) => expect(value, what).toBe(true),
  },
);
