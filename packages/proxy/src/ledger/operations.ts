import type { LedgerState, Payer } from '../database/schema.ts';
import type { Nano } from '../money/nano.ts';
import type { Refusal } from '../quota/words.ts';
import type { TokenUsage } from '../usage/token-usage.ts';

/** Opens the one row of a request; committed before upstream hears of it. */
export interface Reserve {
  readonly kind: 'reserve';
  readonly id: string;
  readonly tenant: string;
  /** Checked in the same transaction, so that a revoked key stops at once in every proxy. */
  readonly keyId: string | undefined;
  readonly at: number;
  readonly session: string | undefined;
  readonly userLabel: string | undefined;
  readonly endpoint: string;
  readonly model: string;
  readonly payer: Payer;
  /** What it could cost at most; held against the limits. */
  readonly reserved: Nano;
  /** What a crash before the first progress is settled by. */
  readonly floor: Nano;
  readonly flags: readonly string[];
  readonly leaseUntil: number;
  /** Books what has happened already (a batch made elsewhere): no limit applies, and a known id is left alone. */
  readonly unlimited?: boolean;
}

/** Raises the floor before more is relayed. */
export interface Progress {
  readonly kind: 'progress';
  readonly id: string;
  readonly tenant: string;
  readonly floor: Nano;
  readonly usage: TokenUsage;
}

/** A batch was created: its price is known when its results are fetched, until `leaseUntil` at the latest. */
export interface AwaitBatch {
  readonly kind: 'await_batch';
  readonly id: string;
  readonly tenant: string;
  readonly batchId: string;
  readonly leaseUntil: number;
}

/** Closes the row. One that was closed by its floor is corrected; one that was settled is left alone. */
export interface Settle {
  readonly kind: 'settle';
  readonly id: string;
  readonly tenant: string;
  readonly at: number;
  readonly state: Exclude<LedgerState, 'open'>;
  /** Undefined: by the row's own floor and what it knows of usage. */
  readonly bill: readonly BilledLine[] | undefined;
  readonly flags: readonly string[];
  readonly status: number | undefined;
  readonly upstreamId: string | undefined;
}

export interface BilledLine {
  readonly model: string;
  readonly usage: TokenUsage;
  readonly cost: Nano;
}

export type Operation = Reserve | Progress | AwaitBatch | Settle;

export type Outcome =
  /** `notice`: the id of the tenant's latest notice, for the owner to be told. */
  | { readonly ok: true; readonly notice: string | undefined }
  | { readonly ok: false; readonly refusal: Refusal };
