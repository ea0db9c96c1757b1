import { setTimeout } from 'node:timers/promises';
import { type Logger, messageOf } from '@matrix-os/kit';
import type { Database } from '../database/schema.ts';
import type { GroupCommit, When } from './group-commit.ts';
import type { AwaitBatch, Outcome, Progress, Reserve, Settle } from './operations.ts';

/** Where every request is booked. */
export interface Ledger {
  /** Resolves when the reservation is committed, or refused. `alone`: no other request could share the commit. */
  reserve(operation: Omit<Reserve, 'kind' | 'leaseUntil'>, alone?: boolean): Promise<Outcome>;
  /** Resolves when committed: only then may more be relayed than the old floor covers. */
  progress(operation: Omit<Progress, 'kind'>): Promise<void>;
  awaitBatch(operation: Omit<AwaitBatch, 'kind'>): Promise<void>;
  /**
   * Is tried again until it is committed or the ledger closes; then the row's floor counts at the next start.
   * `dearer`: it costs more than was reserved, so no reservation may overtake it.
   */
  settle(operation: Omit<Settle, 'kind'>, dearer?: boolean): Promise<void>;
  /** The row of a batch that this tenant made through the proxy. */
  findBatch(tenant: string, batchId: string): Promise<string | undefined>;
  /** Settles by their floor what a dead proxy left open. Answers how many. */
  recover(): Promise<number>;
  close(): Promise<void>;
}

/** A row that nobody renews for this long belongs to a proxy that is gone. */
const LEASE_MS = 90_000;
const RENEW_MS = 30_000;
const RETRY_MS = 500;

export const createLedger = (deps: {
  db: Database;
  commits: GroupCommit;
  /** Stable over restarts, unique among the proxies of one database. */
  proxy: string;
  logger: Logger;
  now(): number;
}): Ledger => {
  const { db, commits, proxy, logger, now } = deps;
  const stop = new AbortController();
  let closing = false;
  let unsettled = 0;

  const untilCommitted = async (operation: Settle | AwaitBatch, when: When): Promise<void> => {
    unsettled++;
    try {
      for (;;) {
        try {
          await commits.submit(operation, closing ? 'soon' : when);
          return;
        } catch (error) {
          logger.error({ err: error, request: operation.id }, 'a settlement was not committed');
          if (closing) return;
          await setTimeout(RETRY_MS, undefined, { signal: stop.signal }).catch(() => {});
        }
      }
    } finally {
      unsettled--;
    }
  };

  /** `recovered`: rows of this proxy's earlier life. `lapsed`: anyone's, once their lease is over. */
  const closeAbandoned = async (state: 'recovered' | 'lapsed'): Promise<number> => {
    const query = db.selectFrom('ledger').select(['id', 'tenant']).where('state', '=', 'open');
    const rows = await (state === 'recovered'
      ? query.where('proxy', '=', proxy).where('batch_id', 'is', null)
      : query.where('lease_until', '<', BigInt(now()))
    )
      .limit(10_000)
      .execute();
    await Promise.all(
      rows.map((row) =>
        commits.submit(
          {
            kind: 'settle',
            id: row.id,
            tenant: row.tenant,
            at: now(),
            state,
            bill: undefined,
            flags: ['estimated'],
            status: undefined,
            upstreamId: undefined,
          },
          'soon',
        ),
      ),
    );
    if (rows.length > 0)
      logger.warn({ rows: rows.length, state }, 'settled abandoned requests by their floor');
    return rows.length;
  };

  const renew = async (): Promise<void> => {
    await db
      .updateTable('ledger')
      .set({ lease_until: BigInt(now() + LEASE_MS) })
      .where('state', '=', 'open')
      .where('proxy', '=', proxy)
      .where('batch_id', 'is', null)
      .execute();
    await closeAbandoned('lapsed');
  };
  const renewal = setInterval(() => {
    renew().catch((error: unknown) => logger.error(`leases were not renewed: ${messageOf(error)}`));
  }, RENEW_MS);
  renewal.unref();

  return {
    reserve: (operation, alone = false) =>
      commits.submit({ kind: 'reserve', leaseUntil: now() + LEASE_MS, ...operation }, alone ? 'now' : 'soon'),
    async progress(operation) {
      await commits.submit({ kind: 'progress', ...operation }, 'soon');
    },
    awaitBatch: (operation) => untilCommitted({ kind: 'await_batch', ...operation }, 'later'),
    settle: (operation, dearer = false) =>
      untilCommitted({ kind: 'settle', ...operation }, dearer ? 'soon' : 'later'),
    async findBatch(tenant, batchId) {
      const row = await db
        .selectFrom('ledger')
        .select('id')
        .where('batch_id', '=', batchId)
        .where('tenant', '=', tenant)
        .executeTakeFirst();
      return row?.id;
    },
    async recover() {
      let total = 0;
      for (;;) {
        const closed = await closeAbandoned('recovered');
        total += closed;
        if (closed === 0) return total;
      }
    },
    async close() {
      closing = true;
      clearInterval(renewal);
      stop.abort();
      await commits.flush();
      if (unsettled > 0) logger.error({ unsettled }, 'some requests stay open; the next start settles them');
    },
  };
};
