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

export const createMetrics = (options: { tenants: boolean }): Metrics => {
  const counters = new Map<string, number>();
  const requestSeconds = createHistogram(BUCKETS_SECONDS);
  const commitSeconds = createHistogram(COMMIT_BUCKETS_SECONDS);
  const startedAt = Date.now() / 1000;

  const add = (key: string, by: number): void => {
    counters.set(key, (counters.get(key) ?? 0) + by);
  };
  const tenantLabel = (tenant: string): string => (options.tenants ? `,tenant="${tenant}"` : '');

  return {
    answered({ route, status, milliseconds }) {
      add(`matrix_proxy_requests_total{route="${route}",status="${status}"}`, 1);
      requestSeconds.observe(milliseconds / 1000);
    },
    committed(plan, operations, milliseconds) {
      add('matrix_proxy_ledger_operations_total', operations);
      commitSeconds.observe(milliseconds / 1000);
      for (const outcome of plan.outcomes) {
        if (!outcome.ok) add(`matrix_proxy_refused_total{reason="${outcome.refusal.kind}"}`, 1);
      }
      for (const row of plan.rollups.values()) {
        const labels = `payer="${row.payer}"${tenantLabel(row.tenant)}`;
        // Dollars as a float: for graphs, not for bills.
        add(`matrix_proxy_spend_usd_total{${labels}}`, Number(row.cost) / 1e9);
        for (const [kind, count] of [
          ['input', row.input_tokens],
          ['cache_read', row.cache_read_tokens],
          ['cache_write_5m', row.cache_write_5m_tokens],
          ['cache_write_1h', row.cache_write_1h_tokens],
          ['output', row.output_tokens],
        ] as const) {
          if (count !== 0n) add(`matrix_proxy_tokens_total{kind="${kind}",${labels}}`, Number(count));
        }
      }
      for (const notice of plan.notices) add(`matrix_proxy_notices_total{percent="${notice.percent}"}`, 1);
    },
    text(gauges) {
      const families = new Map<string, string[]>();
      for (const [key, value] of counters) {
        const family = key.split('{')[0] ?? key;
        families.set(family, [...(families.get(family) ?? []), `${key} ${value}`]);
      }
      return [
        ...[...families].flatMap(([family, lines]) => [`# TYPE ${family} counter`, ...lines.sort()]),
        ...Object.entries({ ...gauges, process_start_time_seconds: startedAt }).flatMap(([name, value]) => [
          `# TYPE ${name} gauge`,
          `${name} ${value}`,
        ]),
        '# TYPE process_resident_memory_bytes gauge',
        `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
        ...requestSeconds.lines('matrix_proxy_request_seconds'),
        ...commitSeconds.lines('matrix_proxy_commit_seconds'),
        '',
      ].join('\n');
    },
  };
};

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
