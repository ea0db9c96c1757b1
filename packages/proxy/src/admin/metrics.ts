import type { BatchPlan } from '../ledger/plan-batch.ts';
import type { RouteKind } from '../relay/relay.ts';

/** Counters in Prometheus' text format. Labels never hold what a client can make up. */
export interface Metrics {
  answered(info: { route: RouteKind; status: number; milliseconds: number }): void;
  committed(plan: BatchPlan, operations: number, milliseconds: number): void;
  text(gauges: Readonly<Record<string, number>>): string;
}

const BUCKETS_SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const COMMIT_BUCKETS_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5];

/** What one payer, or one tenant of it, has spent since the start. */
interface Spend {
  /** Dollars as a float: for graphs, not for bills. */
  usd: number;
  input: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
  output: number;
}
const TOKEN_KINDS = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'output'] as const;

export const createMetrics = (options: { tenants: boolean }): Metrics => {
  // Found by what they count and not by a text that would have to be put together for every request.
  const requests = new Map<RouteKind, Map<number, number>>();
  const refused = new Map<string, number>();
  const notices = new Map<bigint, number>();
  const spends = new Map<string, Map<string, Spend>>();
  let operationsTotal = 0;
  const requestSeconds = createHistogram(BUCKETS_SECONDS);
  const commitSeconds = createHistogram(COMMIT_BUCKETS_SECONDS);
  const startedAt = Date.now() / 1000;

  const spendOf = (payer: string, tenant: string): Spend => {
    const ofPayer = found(spends, payer, () => new Map<string, Spend>());
    return found(ofPayer, options.tenants ? tenant : '', () => ({
      usd: 0,
      input: 0,
      cache_read: 0,
      cache_write_5m: 0,
      cache_write_1h: 0,
      output: 0,
    }));
  };

  const counterLines = (): string[] => {
    const spent: string[] = [];
    const tokens: string[] = [];
    for (const [payer, byTenant] of spends) {
      for (const [tenant, spend] of byTenant) {
        const labels = `payer="${payer}"${tenant === '' ? '' : `,tenant="${tenant}"`}`;
        spent.push(`matrix_proxy_spend_usd_total{${labels}} ${spend.usd}`);
        for (const kind of TOKEN_KINDS) {
          if (spend[kind] > 0)
            tokens.push(`matrix_proxy_tokens_total{kind="${kind}",${labels}} ${spend[kind]}`);
        }
      }
    }
    return [
      ...family(
        'matrix_proxy_requests_total',
        [...requests].flatMap(([route, byStatus]) =>
          [...byStatus].map(
            ([status, count]) => `matrix_proxy_requests_total{route="${route}",status="${status}"} ${count}`,
          ),
        ),
      ),
      ...family(
        'matrix_proxy_ledger_operations_total',
        operationsTotal === 0 ? [] : [`matrix_proxy_ledger_operations_total ${operationsTotal}`],
      ),
      ...family(
        'matrix_proxy_refused_total',
        [...refused].map(([reason, count]) => `matrix_proxy_refused_total{reason="${reason}"} ${count}`),
      ),
      ...family('matrix_proxy_spend_usd_total', spent),
      ...family('matrix_proxy_tokens_total', tokens),
      ...family(
        'matrix_proxy_notices_total',
        [...notices].map(([percent, count]) => `matrix_proxy_notices_total{percent="${percent}"} ${count}`),
      ),
    ];
  };

  return {
    answered({ route, status, milliseconds }) {
      const byStatus = found(requests, route, () => new Map<number, number>());
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
      requestSeconds.observe(milliseconds / 1000);
    },
    committed(plan, operations, milliseconds) {
      operationsTotal += operations;
      commitSeconds.observe(milliseconds / 1000);
      for (const outcome of plan.outcomes) {
        if (outcome.ok) continue;
        const { kind } = outcome.refusal;
        refused.set(kind, (refused.get(kind) ?? 0) + 1);
      }
      for (const row of plan.rollups.values()) {
        const spend = spendOf(row.payer, row.tenant);
        spend.usd += Number(row.cost) / 1e9;
        spend.input += Number(row.input_tokens);
        spend.cache_read += Number(row.cache_read_tokens);
        spend.cache_write_5m += Number(row.cache_write_5m_tokens);
        spend.cache_write_1h += Number(row.cache_write_1h_tokens);
        spend.output += Number(row.output_tokens);
      }
      for (const { percent } of plan.notices) notices.set(percent, (notices.get(percent) ?? 0) + 1);
    },
    text: (gauges) =>
      [
        ...counterLines(),
        ...Object.entries({ ...gauges, process_start_time_seconds: startedAt }).flatMap(([name, value]) => [
          `# TYPE ${name} gauge`,
          `${name} ${value}`,
        ]),
        '# TYPE process_resident_memory_bytes gauge',
        `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
        ...requestSeconds.lines('matrix_proxy_request_seconds'),
        ...commitSeconds.lines('matrix_proxy_commit_seconds'),
        '',
      ].join('\n'),
  };
};

const found = <Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value => {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
};

/** Nothing at all of what never happened. */
const family = (name: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`# TYPE ${name} counter`, ...lines.toSorted()];

const createHistogram = (bounds: readonly number[]) => {
  const buckets = bounds.map(() => 0);
  let count = 0;
  let sum = 0;
  return {
    observe(value: number): void {
      count++;
      sum += value;
      const index = bounds.findIndex((bound) => value <= bound);
      if (index !== -1) buckets[index] = (buckets[index] ?? 0) + 1;
    },
    lines(name: string): string[] {
      let below = 0;
      return [
        `# TYPE ${name} histogram`,
        ...bounds.map((bound, index) => {
          below += buckets[index] ?? 0;
          return `${name}_bucket{le="${bound}"} ${below}`;
        }),
        `${name}_bucket{le="+Inf"} ${count}`,
        `${name}_sum ${sum}`,
        `${name}_count ${count}`,
      ];
    },
  };
};
