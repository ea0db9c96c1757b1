import { describeKernelContract } from '@matrix-os/kernel/contract';
import { describe, expect, test } from 'vitest';
import { createMemoryKernel } from './memory-kernel.ts';
import { makeFolder } from './test-app.ts';

describeKernelContract(
  'the one of the gateway’s tests',
  async () => {
    const kernel = createMemoryKernel({ home: await makeFolder('home') });
    return { kernel, close: () => kernel.close(0) };
  },
  {
    describe,
    test: (name, body) => test(name, body),
    equal: (actual, expected) => expect(actual).toEqual(expected),
    ok: (value, what) => expect(value, what).toBe(true),
  },
);
