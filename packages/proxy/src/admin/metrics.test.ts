import { expect, it } from 'vitest';
import type { BatchPlan } from '../ledger/plan-batch.ts';
import { createMetrics } from './metrics.ts';

const plan = (tenant: string): BatchPlan => ({
  outcomes: [{ ok: false, refusal: { kind: 'revoked' } }],
  inserts: new Set(),
  updates: new Set(),
  tenants: new Set(),
  periods: new Set(),
  rollups: new Map([
    [
      'x',
      {
        tenant,
        day: '2026-11-23',
        model: 'm',
        payer: 'shared',
        requests: 1n,
        cost: 6_000_000n,
        input_tokens: 1000n,
        cache_read_tokens: 0n,
        cache_write_5m_tokens: 0n,
        cache_write_1h_tokens: 0n,
        output_tokens: 200n,
        web_searches: 0n,
      },
    ],
  ]),
  notices: [],
});

it('counts in the words of Prometheus, and names no tenant', () => {
  const metrics = createMetrics({ tenants: false });
  metrics.committed(plan('alice'), 2, 0.4);
  metrics.committed(plan('bob'), 1, 30);
  metrics.answered({ route: 'messages', status: 200, milliseconds: 700 });
  const text = metrics.text({ matrix_proxy_open_reservations: 3 });
  expect(text).toContain(
    '# TYPE matrix_proxy_spend_usd_total counter\nmatrix_proxy_spend_usd_total{payer="shared"} 0.012\n',
  );
  expect(text).toContain('matrix_proxy_tokens_total{kind="input",payer="shared"} 2000\n');
  expect(text).toContain('matrix_proxy_requests_total{route="messages",status="200"} 1\n');
  expect(text).toContain('matrix_proxy_refused_total{reason="revoked"} 2\n');
  expect(text).toContain('matrix_proxy_open_reservations 3\n');
  expect(text).toContain('matrix_proxy_commit_seconds_bucket{le="0.0005"} 1\n');
  expect(text).toContain('matrix_proxy_request_seconds_count 1\n');
  expect(text).not.toMatch(/alice|bob/);
});

it('names tenants when it is told to', () => {
  const metrics = createMetrics({ tenants: true });
  metrics.committed(plan('alice'), 1, 1);
  expect(metrics.text({})).toContain('matrix_proxy_spend_usd_total{payer="shared",tenant="alice"} 0.006\n');
});
