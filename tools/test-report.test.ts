import { describe, expect, it } from 'vitest';
import { readTierReport } from './test-report.ts';

const report = (testResults: object[]): string =>
  JSON.stringify({
    numPassedTests: 4,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults,
  });

describe('the report of a tier', () => {
  it('counts, and names each failure in one line', () => {
    const { counts, failures } = readTierReport(
      report([
        {
          name: '/project/tests/a.test.ts',
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'the machine starts' },
            {
              status: 'failed',
              fullName: 'the machine stops',
              failureMessages: [`Error: it runs on\n    at stop.ts:1`],
            },
          ],
        },
      ]),
      '/project',
    );
    expect(counts).toEqual({ passed: 4, failed: 1, skipped: 3 });
    expect(failures).toEqual(['tests/a.test.ts: the machine stops: Error: it runs on']);
  });

  it('names a file that could not be loaded, and cuts a long message', () => {
    const { failures } = readTierReport(
      report([
        {
          name: '/elsewhere/b.test.ts',
          status: 'failed',
          message: `\nno such import ${'x'.repeat(900)}`,
          assertionResults: [],
        },
      ]),
      '/project',
    );
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(/^\/elsewhere\/b\.test\.ts: no such import x+…$/);
    expect(failures[0]?.length).toBeLessThan(300);
  });
});
