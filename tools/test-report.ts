/** How many tests of a tier ended which way. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a tier's run came to, with a line for each failure: the place, the test and what was wrong, in short. */
export interface TierReport {
  readonly counts: Counts;
  readonly failures: readonly string[];
}

/** The part of Vitest's JSON report (Jest's format) that is read here. */
interface VitestJson {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

const SHORT = 240;

const shorten = (message: string | undefined): string => {
  const firstLine = message?.split('\n').find((line) => line.trim() !== '') ?? 'no message';
  return firstLine.length > SHORT ? `${firstLine.slice(0, SHORT)}…` : firstLine;
};

/** @throws {SyntaxError} when the text is not JSON. */
export const readTierReport = (text: string, root: string): TierReport => {
  const json: VitestJson = JSON.parse(text);
  const failures = json.testResults.flatMap((file) => {
    const path = file.name.startsWith(`${root}/`) ? file.name.slice(root.length + 1) : file.name;
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && file.status === 'failed') return [`${path}: ${shorten(file.message)}`];
    return failed.map((test) => `${path}: ${test.fullName}: ${shorten(test.failureMessages?.[0])}`);
  });
  return {
    counts: {
      passed: json.numPassedTests,
      failed: json.numFailedTests,
      skipped: json.numPendingTests + json.numTodoTests,
    },
    failures,
  };
};
