import type { Logger } from '@matrix-os/kit';
import type { Database } from '../database/schema.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { Reconciliation } from '../reconcile/reconcile.ts';
import type { UpstreamKeys } from '../relay/upstream-keys.ts';
import type { Administration } from './administration.ts';
import type { Metrics } from './metrics.ts';

/** What the operator's API and page stand on. */
export interface AdminDeps {
  readonly adminToken: string;
  readonly administration: Administration;
  readonly db: Database;
  readonly keys: KeyStore;
  readonly metrics: Metrics;
  readonly reconciliation: Reconciliation;
  readonly upstreamKeys: UpstreamKeys;
  readonly engine: 'sqlite' | 'postgres';
  readonly logger: Logger;
  now(): number;
  isReady(): boolean;
}
