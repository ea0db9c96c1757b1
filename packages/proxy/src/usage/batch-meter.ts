import { createJsonScan, type JsonScan } from '../scan/json-scan.ts';
import { parseValue } from './answer-meter.ts';
import { createUsageReport, type UsageReport } from './reported-usage.ts';
import { addUsage, type BillLine } from './token-usage.ts';

/** Adds up a batch's results, one JSON object a line, while they pass by. */
export interface BatchMeter {
  write(chunk: Buffer): void;
  /** One line per model and way of pricing. Call after the last chunk. */
  bill(): BillLine[];
  readonly results: number;
}

const PATHS = new Set(['result.message.usage', 'result.message.model']);
const LF = 10;

export const createBatchMeter = (): BatchMeter => {
  const lines = new Map<string, BillLine>();
  let results = 0;
  let report: UsageReport = createUsageReport();
  let scan: JsonScan | undefined;

  const startLine = (): JsonScan => {
    report = createUsageReport();
    return createJsonScan({
      want: PATHS,
      onValue(path, json) {
        const value = parseValue(json);
        if (path === 'result.message.model') report.model(value);
        else report.usage(value, true);
      },
    });
  };

  const endLine = (): void => {
    scan = undefined;
    if (!report.known) return;
    results++;
    for (const line of report.lines({ model: 'unknown', outputTokens: 0, batch: true })) {
      const key = JSON.stringify([line.model, line.modifiers]);
      const sum = lines.get(key);
      lines.set(key, sum === undefined ? line : { ...sum, usage: addUsage(sum.usage, line.usage) });
    }
  };

  return {
    write(chunk) {
      let from = 0;
      while (from < chunk.length) {
        const lf = chunk.indexOf(LF, from);
        const end = lf === -1 ? chunk.length : lf;
        if (end > from) {
          scan ??= startLine();
          scan.write(chunk.subarray(from, end));
        }
        if (lf !== -1 && scan !== undefined) endLine();
        from = end + 1;
      }
    },
    bill() {
      if (scan !== undefined) endLine();
      return [...lines.values()];
    },
    get results() {
      return results;
    },
  };
};
