import { defineConfig } from 'vitest/config';

const exclude = ['**/node_modules/**', '**/dist/**'];

/** What is awaited comes at once on a quiet machine, and late on a busy one; a second, the default, is no judgement. */
const expect = { poll: { timeout: 20_000 } };

/** The tier is in the file's name or folder; `tools/test.ts` says what each tier needs. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          expect,
          // Some of them run git.
          testTimeout: 20_000,
          include: [
            'packages/**/*.test.ts',
            'tools/**/*.test.ts',
            'tests/support/**/*.test.ts',
            'home/**/*.test.ts',
          ],
          exclude: [...exclude, '**/*.integration.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          expect,
          include: [
            'packages/**/*.integration.test.ts',
            'tools/**/*.integration.test.ts',
            'tests/integration/**/*.test.ts',
          ],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'browser',
          expect,
          include: ['tests/browser/**/*.test.ts'],
          exclude,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['tests/docker/**/*.test.ts'],
          exclude,
          globalSetup: 'tests/docker/support/setup.ts',
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'qemu',
          expect,
          include: ['tests/qemu/**/*.test.ts'],
          exclude,
          testTimeout: 300_000,
          hookTimeout: 2_400_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
