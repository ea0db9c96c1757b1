import { type Logger, messageOf } from '@matrix-os/kit';
import { timestamp } from '../admin/to-json.ts';
import type { Database } from '../database/schema.ts';
import { firstRequestId } from '../ledger/request-id.ts';
import { formatNano, type Nano } from '../money/nano.ts';
import { fetchProviderDays } from './provider-report.ts';

export interface ReconciledDay {
  /** UTC, as the provider counts. */
  readonly day: string;
  readonly providerUsd: string;
  readonly ledgerUsd: string;
  /** Provider less ledger: above zero, something was billed that the ledger doesn't have. */
  readonly differenceUsd: string;
  readonly byModel: unknown;
  readonly at: string;
}

export interface Reconciliation {
  start(): void;
  stop(): void;
  /** Compares the last days now. Does nothing without an admin key. */
  run(): Promise<void>;
  report(): Promise<{ enabled: boolean; days: ReconciledDay[] }>;
}

interface LedgerModel {
  readonly cost: Nano;
  readonly tokens: bigint;
}

const DAY = 86_400_000;
/** The provider's numbers settle within hours; looking a week back catches late ones. */
const DAYS = 7;

/** Once a day: what the provider says it billed, beside what the ledger says. */
export const createReconciliation = (deps: {
  db: Database;
  logger: Logger;
  upstreamUrl: string;
  adminKey: string | undefined;
  now(): number;
}): Reconciliation => {
  const { db, logger, upstreamUrl, adminKey, now } = deps;
  let timer: NodeJS.Timeout | undefined;

  /** Tenant by tenant: that is how the ledger is sorted. */
  const ledgerOn = async (from: number): Promise<{ cost: Nano; models: Map<string, LedgerModel> }> => {
    const models = new Map<string, LedgerModel>();
    let cost = 0n;
    for (const { name } of await db.selectFrom('tenants').select('name').execute()) {
      const rows = await db
        .selectFrom('ledger')
        .select('model')
        .select((eb) => [
          eb.fn.sum<bigint>('cost').as('cost'),
          eb.fn.sum<bigint>('input_tokens').as('input'),
          eb.fn.sum<bigint>('cache_read_tokens').as('read'),
          eb.fn.sum<bigint>('cache_write_5m_tokens').as('write5m'),
          eb.fn.sum<bigint>('cache_write_1h_tokens').as('write1h'),
          eb.fn.sum<bigint>('output_tokens').as('output'),
        ])
        .where('tenant', '=', name)
        .where('id', '>=', firstRequestId(from - DAY))
        .where('payer', '=', 'shared')
        .where('started_at', '>=', BigInt(from))
        .where('started_at', '<', BigInt(from + DAY))
        .groupBy('model')
        .execute();
      for (const row of rows) {
        const before = models.get(row.model) ?? { cost: 0n, tokens: 0n };
        const tokens = row.input + row.read + row.write5m + row.write1h + row.output;
        models.set(row.model, { cost: before.cost + row.cost, tokens: before.tokens + tokens });
        cost += row.cost;
      }
    }
    return { cost, models };
  };

  const run = async (): Promise<void> => {
    if (adminKey === undefined) return;
    const today = Math.floor(now() / DAY) * DAY;
    const from = today - DAYS * DAY;
    const provider = await fetchProviderDays({ upstreamUrl, adminKey, from, to: today });
    for (const [day, { cost, models }] of provider) {
      const ledger = await ledgerOn(Date.parse(day));
      const byModel = [...new Set([...models.keys(), ...ledger.models.keys()])].map((model) => {
        const ours = ledger.models.get(model);
        return {
          model,
          providerTokens: models.get(model) ?? 0,
          ledgerTokens: Number(ours?.tokens ?? 0n),
          ledgerUsd: formatNano(ours?.cost ?? 0n),
        };
      });
      const row = { provider: cost, ledger: ledger.cost, detail: JSON.stringify(byModel), at: BigInt(now()) };
      await db
        .insertInto('reconciliations')
        .values({ day, ...row })
        .onConflict((conflict) => conflict.column('day').doUpdateSet(row))
        .execute();
      const difference = cost - ledger.cost;
      if (difference !== 0n) {
        logger.warn(
          { day, difference: formatNano(difference) },
          "the provider's bill differs from the ledger",
        );
      }
    }
  };

  const runAndPlan = (): void => {
    run()
      .catch((error: unknown) => logger.error(`the ledger could not be compared: ${messageOf(error)}`))
      .finally(() => {
        if (timer !== undefined) plan(DAY);
      });
  };
  const plan = (milliseconds: number): void => {
    timer = setTimeout(runAndPlan, milliseconds);
    timer.unref();
  };

  return {
    run,
    start() {
      if (adminKey !== undefined) plan(60_000);
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
    async report() {
      const rows = await db
        .selectFrom('reconciliations')
        .selectAll()
        .orderBy('day', 'desc')
        .limit(31)
        .execute();
      return {
        enabled: adminKey !== undefined,
        days: rows.map((row) => ({
          day: row.day,
          providerUsd: formatNano(row.provider),
          ledgerUsd: formatNano(row.ledger),
          differenceUsd: formatNano(row.provider - row.ledger),
          byModel: JSON.parse(row.detail) as unknown,
          at: timestamp(row.at),
        })),
      };
    },
  };
};
